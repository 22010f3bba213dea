import { isTerminal } from '#domain/deployment/transitions.ts';
import { limitOf, scalePool } from '#domain/runner-pool/scale-pool.ts';
import type { Deps } from '#ports/deps.ts';
import type { RunnerQueueState } from '#ports/runner-queue.ts';
import { dispatchRunners } from './dispatch-runners.ts';

type TendDeps = Pick<Deps, 'deployments' | 'runnerQueue' | 'runners' | 'clock' | 'settings' | 'metrics'>;

/** Time enough for the machine to have been woken by the stream. */
const overdueMs = 120_000;

/**
 * Keeps the pool of runners in order: what belongs to a deployment that is over is taken back, what the stream did not
 * deliver is made up for, and a pool that people have waited for too long grows, within its bounds.
 */
export async function tendRunners(deps: TendDeps): Promise<{ readonly limit: number; readonly reclaimed: number }> {
  const reclaimed = await reclaim(deps, await deps.runnerQueue.read());
  await dispatchRunners(deps);
  const limit = await rescale(deps, await deps.runnerQueue.read());
  return { limit, reclaimed };
}

/** A row is written and taken away with the deployment's own; one that is left all the same must not block the pool. */
async function reclaim(deps: TendDeps, { holds }: RunnerQueueState): Promise<number> {
  const before = deps.clock.now().getTime() - overdueMs;
  let reclaimed = 0;
  for (const hold of holds.filter(({ grantedAtMs }) => grantedAtMs < before)) {
    const deployment = await deps.deployments.find(hold.deploymentId);
    if (!deployment || isTerminal(deployment.status)) {
      await deps.runnerQueue.remove(hold);
      reclaimed += 1;
    }
  }
  return reclaimed;
}

async function rescale(deps: TendDeps, state: RunnerQueueState): Promise<number> {
  const bounds = deps.settings.runnerBounds;
  const atMs = deps.clock.now().getTime();
  const longestWaitMs = Math.max(0, ...state.waiters.map(({ askedAtMs }) => atMs - askedAtMs));
  const scale = scalePool(state.scale, bounds, { atMs, longestWaitMs, inUse: state.holds.length });
  const limit = limitOf(scale, bounds);
  if (JSON.stringify(scale) !== JSON.stringify(state.scale)) {
    // Before the pool knows: a fleet that could not be resized is tried again in a minute, and nobody is let in until then.
    if (limit !== limitOf(state.scale, bounds)) await deps.runners.resizeFleet(limit);
    if ((await deps.runnerQueue.rescale(scale, state)) === 'rescaled') await dispatchRunners(deps);
  }
  const gauges = { runnersInUse: state.holds.length, runnersWaiting: state.waiters.length, runnerLimit: limit };
  deps.metrics.record(
    Object.entries(gauges).map(([metric, value]) => ({
      metric: metric as keyof typeof gauges,
      value,
      atMs,
      dimensions: {},
    })),
  );
  return limit;
}
