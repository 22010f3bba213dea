import { isWanted } from '#domain/deployment/is-wanted.ts';
import type { Deps } from '#ports/deps.ts';
import { atMostAtOnce } from './at-most-at-once.ts';

const mostAtOnce = 8;
/** Longer than a build can wait and run. */
const longestMs = 18 * 3_600_000;

/**
 * Stops builds that still run although the run that they work for is over: whoever ended it did not get to know of them, or
 * could not stop them. A build that works for no deployment, as the one of a push does, is left alone.
 */
export async function stopOrphanedBuilds({
  deployments,
  runners,
  clock,
}: Pick<Deps, 'deployments' | 'runners' | 'clock'>): Promise<{
  readonly stopped: number;
  readonly failures: readonly unknown[];
}> {
  const working = await runners.working(new Date(clock.now().getTime() - longestMs));
  let stopped = 0;
  const failures = await atMostAtOnce(mostAtOnce, working, async ({ buildId, deploymentId, run }) => {
    const deployment = await deployments.find(deploymentId);
    if (!deployment || isWanted(deployment, run)) return;
    await runners.stop(buildId);
    stopped += 1;
  });
  return { stopped, failures };
}
