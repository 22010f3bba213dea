import type { DeploymentCounts, DeploymentMetricsView } from '#schemas/api/get-deployment-metrics.ts';
import type { ErrorCode } from '#schemas/workflows/failure.ts';
import type { DeploymentStatus } from '#schemas/workflows/status.ts';
import type { Deployment } from '../deployment/deployment.ts';
import { percentile } from './percentile.ts';

type Summary = Omit<DeploymentMetricsView, 'from' | 'to' | 'complete'>;

/**
 * How deployments went.
 *
 * @param days every day to be told of, `yyyy-mm-dd`, in order
 */
export function summarize(deployments: readonly Deployment[], days: readonly string[]): Summary {
  const counts = countsOf(deployments);
  const { succeeded, failed, rolledBack, rollbackFailed } = counts;
  const judged = succeeded + failed + rolledBack + rollbackFailed;
  const duration = spreadOf(deployments.filter(({ status }) => status === 'succeeded').flatMap(durationMs));
  const queueWait = spreadOf(deployments.flatMap(queueWaitMs));
  const byDay = Map.groupBy(deployments, ({ createdAt }) => createdAt.slice(0, 10));
  return {
    counts,
    ...(judged > 0 && { successRate: succeeded / judged }),
    ...(duration && { duration }),
    ...(queueWait && { queueWait }),
    rollbacks: deployments.filter(wasRolledBack).length,
    failureReasons: reasonsOf(deployments),
    days: days.map((day) => {
      const { total, ...ends } = countsOf(byDay.get(day) ?? []);
      return {
        day,
        total,
        succeeded: ends.succeeded,
        failed: ends.failed + ends.rollbackFailed,
        rolledBack: ends.rolledBack,
      };
    }),
  };
}

/** On its way out, or by a rollback after it had succeeded. */
function wasRolledBack({ status, rolledBackBy }: Deployment): boolean {
  return status === 'rolled_back' || status === 'rollback_failed' || rolledBackBy !== undefined;
}

/** What was taken back because somebody wanted it so counts as cancelled. */
function countsOf(deployments: readonly Deployment[]): DeploymentCounts {
  const found = deployments.map(kindOf);
  const count = (wanted: Kind): number => found.filter((kind) => kind === wanted).length;
  return {
    total: deployments.length,
    succeeded: count('succeeded'),
    failed: count('failed'),
    rolledBack: count('rolledBack'),
    rollbackFailed: count('rollbackFailed'),
    cancelled: count('cancelled'),
    superseded: count('superseded'),
    underWay: count('underWay'),
  };
}

type Kind = Exclude<keyof DeploymentCounts, 'total'>;

const kinds: Readonly<Record<DeploymentStatus, Kind>> = {
  queued: 'underWay',
  running: 'underWay',
  awaiting_approval: 'underWay',
  releasing: 'underWay',
  awaiting_decision: 'underWay',
  verifying: 'underWay',
  rolling_back: 'underWay',
  succeeded: 'succeeded',
  failed: 'failed',
  cancelled: 'cancelled',
  superseded: 'superseded',
  rolled_back: 'rolledBack',
  rollback_failed: 'rollbackFailed',
};

function kindOf({ status, failure }: Deployment): Kind {
  return status === 'rolled_back' && failure?.code === 'cancelled' ? 'cancelled' : kinds[status];
}

function reasonsOf(deployments: readonly Deployment[]): { readonly code: ErrorCode; readonly count: number }[] {
  const failed = deployments.filter((each) => ['failed', 'rolledBack', 'rollbackFailed'].includes(kindOf(each)));
  const byCode = Map.groupBy(
    failed.flatMap(({ failure }) => failure?.code ?? []),
    (code) => code,
  );
  return [...byCode]
    .map(([code, { length: count }]) => ({ code, count }))
    .sort((one, two) => two.count - one.count || (one.code < two.code ? -1 : 1));
}

function spreadOf(values: readonly number[]): DeploymentMetricsView['duration'] {
  const medianMs = percentile(values, 50);
  const p95Ms = percentile(values, 95);
  return medianMs === undefined || p95Ms === undefined ? undefined : { medianMs, p95Ms };
}

function durationMs({ startedAtMs, finishedAtMs }: Deployment): number[] {
  return startedAtMs === undefined || finishedAtMs === undefined ? [] : [Math.max(0, finishedAtMs - startedAtMs)];
}

function queueWaitMs({ createdAtMs, queuedAtMs, startedAtMs }: Deployment): number[] {
  return startedAtMs === undefined ? [] : [Math.max(0, startedAtMs - (queuedAtMs ?? createdAtMs))];
}
