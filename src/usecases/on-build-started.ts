import { isWanted } from '#domain/deployment/is-wanted.ts';
import type { StartedBuild } from '#ports/deployment-store.ts';
import type { Deps } from '#ports/deps.ts';

/**
 * Remembers a build that works for a deployment, and then looks whether it is still wanted: whoever ends a run writes that
 * first and looks for builds after it, so that one of the two always sees the other.
 *
 * @param started `undefined` for a build that works for no deployment, as the one of a push does
 */
export async function onBuildStarted(
  { deployments, runners }: Pick<Deps, 'deployments' | 'runners'>,
  started: (StartedBuild & { readonly deploymentId: string }) | undefined,
): Promise<void> {
  if (!started) return;
  const { deploymentId, ...build } = started;
  await deployments.putBuild(deploymentId, build);
  const deployment = await deployments.find(deploymentId);
  if (!deployment || !isWanted(deployment, build.run)) await runners.stop(build.buildId);
}
