import type { Deps } from '#ports/deps.ts';
import { settleStoppedExecution } from './settle-stopped-execution.ts';

type ReconcileDeps = Pick<Deps, 'deployments' | 'shifter' | 'runners' | 'workflows' | 'clock' | 'digest'>;

/** Whatever normally moves a deployment on has done so within this time. */
const untouchedMs = 120_000;
const mostAtOnce = 200;

/**
 * Brings deployments on that an event should have moved and did not: one whose machine never started is started, one
 * whose machine is over is settled. For all others this changes nothing, however often it runs.
 */
export async function reconcileDeployments(deps: ReconcileDeps): Promise<{ readonly settled: number }> {
  const before = new Date(deps.clock.now().getTime() - untouchedMs).toISOString();
  const failures: unknown[] = [];
  let settled = 0;
  for (const { id, run } of await deps.deployments.untouchedSince(before, mostAtOnce)) {
    try {
      if ((await deps.workflows.startDeployment(id, run)) === 'running') continue;
      await settleStoppedExecution(deps, { deploymentId: id, run, error: 'States.Runtime', cause: '' });
      settled += 1;
    } catch (error) {
      // One that cannot be helped must not keep the others from it.
      failures.push(error);
    }
  }
  if (failures.length > 0)
    throw new AggregateError(failures, `${failures.length} deployments could not be reconciled.`);
  return { settled };
}
