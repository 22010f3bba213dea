import {
  DescribeExecutionCommand,
  ListExecutionsCommand,
  ListStateMachinesCommand,
  paginateGetExecutionHistory,
  SFNClient,
} from '@aws-sdk/client-sfn';
import type { BenchHost } from '../support/start-host.ts';

/** The states that a deployment's executions entered, in the machine of the deployment and in each that it started. */
export async function statesEntered({ clientConfig }: BenchHost, deploymentId: string): Promise<readonly string[]> {
  const client = new SFNClient(clientConfig);
  const { stateMachines = [] } = await client.send(new ListStateMachinesCommand({}));
  const states: string[] = [];
  for (const { stateMachineArn } of stateMachines) {
    const { executions = [] } = await client.send(new ListExecutionsCommand({ stateMachineArn, maxResults: 100 }));
    for (const { executionArn } of executions) {
      const { input } = await client.send(new DescribeExecutionCommand({ executionArn }));
      if (!input?.includes(deploymentId)) continue;
      for await (const { events = [] } of paginateGetExecutionHistory({ client }, { executionArn })) {
        states.push(...events.flatMap(({ stateEnteredEventDetails }) => stateEnteredEventDetails?.name ?? []));
      }
    }
  }
  return states;
}
