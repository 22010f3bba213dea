import { BatchGetFleetsCommand, CodeBuildClient, CreateFleetCommand } from '@aws-sdk/client-codebuild';
import type { ClientOptions } from './client-options.ts';
import { names } from './names.ts';

/**
 * Makes sure that builds have machines. A fleet that is there keeps its size: the pool may have been raised.
 *
 * @returns its ARN
 */
export async function putFleet(options: ClientOptions, machines: number): Promise<string> {
  const client = new CodeBuildClient(options);
  const { fleets = [] } = await client.send(new BatchGetFleetsCommand({ names: [names.fleet] }));
  const [fleet = await create()] = fleets;
  return fleet?.arn ?? '';

  async function create() {
    const { fleet: created } = await client.send(
      new CreateFleetCommand({
        name: names.fleet,
        baseCapacity: machines,
        environmentType: 'LINUX_CONTAINER',
        computeType: 'BUILD_GENERAL1_SMALL',
      }),
    );
    return created;
  }
}
