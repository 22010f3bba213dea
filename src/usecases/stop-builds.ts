import { isWanted } from '#domain/deployment/is-wanted.ts';
import type { Deps } from '#ports/deps.ts';

/**
 * Stops the builds of a run that is over. To be called after the commit that ended it: a build that begins later is
 * stopped by `onBuildStarted`. One that has ended by itself does not mind, and those of a later run are left alone.
 */
export async function stopBuilds(
  { deployments, runners }: Pick<Deps, 'deployments' | 'runners'>,
  deploymentId: string,
  run: number,
): Promise<void> {
  const builds = (await deployments.builds(deploymentId)).filter((build) => (build.run ?? run) === run);
  const deployment = builds.length > 0 ? await deployments.find(deploymentId) : undefined;
  if (!deployment || isWanted(deployment, run)) return;
  for (const { buildId } of builds) await runners.stop(buildId);
}
