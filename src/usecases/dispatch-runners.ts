import { grantRunners } from '#domain/runner-pool/grant-runners.ts';
import { limitOf } from '#domain/runner-pool/scale-pool.ts';
import type { Deps } from '#ports/deps.ts';
import { mostGrants } from '#ports/runner-queue.ts';

/** Whoever gets in between makes the same decision; a few rounds see the end of it. */
const mostRounds = 40;

/**
 * Gives free runners to those whose turn it is. The rows of the grants show up on the table's stream, and wake the machines
 * from there.
 */
export async function dispatchRunners(
  deps: Pick<Deps, 'runnerQueue' | 'clock' | 'settings' | 'metrics'>,
): Promise<{ readonly granted: number }> {
  let granted = 0;
  for (let round = 1; round <= mostRounds; round++) {
    if (!(await deps.runnerQueue.anyoneWaits())) break;
    const state = await deps.runnerQueue.read();
    const limit = limitOf(state.scale, deps.settings.runnerBounds);
    const turn = grantRunners({ ...state, limit }, mostGrants);
    if (turn.length === 0) break;
    const now = deps.clock.now();
    if ((await deps.runnerQueue.grant(turn, state, now.toISOString())) === 'conflict') {
      await deps.clock.sleep(Math.ceil(Math.random() * round * 10));
      continue;
    }
    granted += turn.length;
    deps.metrics.record(
      turn.map(({ askedAtMs }) => ({
        metric: 'runnerWaitTime',
        value: Math.max(0, now.getTime() - askedAtMs),
        atMs: now.getTime(),
        dimensions: {},
      })),
    );
  }
  return { granted };
}
