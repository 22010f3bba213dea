import type { DeploymentMetricsView } from '#schemas/api/get-deployment-metrics.ts';
import { duration } from './duration.ts';
import type { Paint } from './paint.ts';
import { sparkline } from './sparkline.ts';
import { table } from './table.ts';
import { cut } from './width.ts';

interface MetricsLook {
  readonly paint: Paint;
  readonly columns: number;
  readonly service?: string | undefined;
  readonly environment?: string | undefined;
}

/** As many days as a line of bars has room for, the latest ones. */
const mostBars = 60;

/** How deployments went, a line for each thing there is to know. */
export function metricsLines(metrics: DeploymentMetricsView, look: MetricsLook): readonly string[] {
  const { paint, columns, service = 'all services', environment } = look;
  const { from, to, counts, successRate, queueWait, failureReasons, rollbacks } = metrics;
  const what = `${service}${environment === undefined ? '' : ` → ${environment}`}`;
  const days = metrics.days.slice(-mostBars);
  const judged = counts.succeeded + counts.failed + counts.rolledBack + counts.rollbackFailed;
  const bars = sparkline(days.map(({ total }) => total));
  const troubles = sparkline(days.map(({ failed, rolledBack }) => failed + rolledBack));
  const rows = [
    ['deployments', String(counts.total), paint.cyan(bars.trimEnd() === '' ? '' : bars)],
    ['success rate', successRate === undefined ? '-' : percentOf(successRate), `${counts.succeeded} of ${judged}`],
    ['duration', ...spreadOf(metrics.duration)],
    ['queue wait', ...spreadOf(queueWait)],
    ['rollbacks', String(rollbacks), ''],
    ['failures', String(judged - counts.succeeded), paint.red(troubles.trimEnd())],
    ...failureReasons.map(({ code, count }) => [`  ${code}`, String(count), '']),
    ...(counts.cancelled > 0 ? [['cancelled', String(counts.cancelled), '']] : []),
    ...(counts.superseded > 0 ? [['superseded', String(counts.superseded), '']] : []),
    ...(counts.underWay > 0 ? [['under way', String(counts.underWay), '']] : []),
  ];
  return [`${paint.bold(what)}  ${from.slice(0, 10)} to ${to.slice(0, 10)}`, '', ...table(rows)].map((line) =>
    cut(line, columns),
  );
}

/** Not rounded up to 100: that would say that nothing failed. */
function percentOf(rate: number): string {
  return `${(Math.floor(rate * 1000) / 10).toFixed(rate === 1 ? 0 : 1)} %`;
}

function spreadOf(spread: DeploymentMetricsView['duration']): readonly [string, string] {
  return spread ? [duration(spread.medianMs), `median, 95 % within ${duration(spread.p95Ms)}`] : ['-', ''];
}
