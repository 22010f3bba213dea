import type { Deployment } from '#domain/deployment/deployment.ts';
import { isWorthALook } from '#domain/deployment/worth-a-look.ts';
import type { Deps } from '#ports/deps.ts';
import { atMostAtOnce } from './at-most-at-once.ts';
import { reconcilePushes } from './reconcile-pushes.ts';
import { settleStoppedExecution } from './settle-stopped-execution.ts';
import { stopOrphanedBuilds } from './stop-orphaned-builds.ts';

type ReconcileDeps = Pick<
  Deps,
  'deployments' | 'logs' | 'shifter' | 'runners' | 'workflows' | 'pushes' | 'services' | 'clock' | 'digest' | 'ids'
>;

/** Whatever normally moves a deployment on has done so within this time. */
const untouchedMs = 120_000;
/** How often this runs. */
const everyMs = 120_000;
const mostAtOnce = 8;

export interface Reconciliation {
  /** Deployments that were brought to their end. */
  readonly settled: number;
  /** Builds that nobody wanted any more. */
  readonly stopped: number;
  /** Pushes that were closed with a rejection. */
  readonly rejected: number;
}

/**
 * Brings deployments and pushes on that an event should have moved and did not: one whose machine never started is
 * started, one whose machine is over is settled. For all others this changes nothing, however often it runs.
 *
 * @throws AggregateError in the end, of all that could not be helped: it must not keep the others from it
 */
export async function reconcileDeployments(deps: ReconcileDeps): Promise<Reconciliation> {
  const nowMs = deps.clock.now().getTime();
  let settled = 0;
  const look = async (deployment: Deployment): Promise<void> => {
    const { id, run } = deployment;
    if ((await deps.workflows.startDeployment(deployment)) === 'running') return;
    await settleStoppedExecution(deps, { deploymentId: id, run, error: 'States.Runtime', cause: '' });
    settled += 1;
  };
  const failures = await atMostAtOnce(mostAtOnce, suspects(deps, nowMs), look);
  const pushes = await reconcilePushes(deps);
  const orphans = await stopOrphanedBuilds(deps);
  const all = [...failures, ...pushes.failures, ...orphans.failures];
  if (all.length > 0) throw new AggregateError(all, `${all.length} deployments or pushes could not be reconciled.`);
  return { settled, stopped: orphans.stopped, rejected: pushes.rejected };
}

/** Those with which something may be wrong, the longest untouched first. */
async function* suspects({ deployments }: ReconcileDeps, nowMs: number): AsyncIterable<Deployment> {
  let inLine: ReadonlySet<string> | undefined;
  for await (const deployment of deployments.untouchedSince(new Date(nowMs - untouchedMs).toISOString())) {
    // One listing for all, and only where somebody may be on it.
    if (deployment.status === 'queued') inLine ??= await deployments.waitingForSlot();
    const untouched = {
      status: deployment.status,
      untouchedMs: nowMs - Date.parse(deployment.updatedAt),
      inLine: inLine?.has(deployment.id) ?? false,
    };
    if (isWorthALook(untouched, everyMs)) yield deployment;
  }
}
