import { BatchGetBuildsCommand, CodeBuildClient, paginateListBuilds } from '@aws-sdk/client-codebuild';
import type { LightHost } from './light-host.ts';

/** When the first build of each deployment began: that is when it had its runner. Milliseconds, by deployment. */
export async function firstBuilds({ client: config }: LightHost): Promise<ReadonlyMap<string, number>> {
  const client = new CodeBuildClient(config);
  const begun = new Map<string, number>();
  for await (const { ids = [] } of paginateListBuilds({ client }, { sortOrder: 'ASCENDING' })) {
    const { builds = [] } = await client.send(new BatchGetBuildsCommand({ ids }));
    for (const { startTime, logs } of builds) {
      // The log of a build is named after its deployment.
      const [deploymentId = ''] = logs?.streamName?.split('/') ?? [];
      const atMs = startTime?.getTime() ?? Number.NaN;
      begun.set(deploymentId, Math.min(begun.get(deploymentId) ?? Infinity, atMs));
    }
  }
  return begun;
}
