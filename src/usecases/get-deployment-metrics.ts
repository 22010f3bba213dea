import type { DeploymentMetricsView } from '#schemas/api/get-deployment-metrics.ts';
import type { Deployment } from '#domain/deployment/deployment.ts';
import { Refusal } from '#domain/refusal.ts';
import { summarize } from '#domain/telemetry/summarize.ts';
import type { DeploymentQuery } from '#ports/deployment-store.ts';
import type { Deps } from '#ports/deps.ts';

interface MetricsInput extends Pick<DeploymentQuery, 'service' | 'environment'> {
  readonly from?: string | undefined;
  readonly to?: string | undefined;
}

const dayMs = 24 * 3_600_000;
const defaultDays = 30;
/** Records are kept for thirteen months. */
const mostDays = 400;
const pageSize = 100;
/** So many are read for one answer, the newest ones; it says when there are more. */
const mostPages = 20;

/**
 * How the deployments of a time went, from their records.
 *
 * @throws Refusal `validation_error` for a time that is none, or too long
 */
export async function getDeploymentMetrics(
  deps: Pick<Deps, 'clock' | 'deployments'>,
  { service, environment, ...time }: MetricsInput,
): Promise<DeploymentMetricsView> {
  const to = time.to ?? deps.clock.now().toISOString();
  const from = time.from ?? new Date(Date.parse(to) - defaultDays * dayMs).toISOString();
  refuseBadTime(from, to);
  const { found, complete } = await newest(deps, { service, from, to });
  // Cut off in the middle of a day: what is told begins with the oldest that was read.
  const since = complete ? from : (found.at(-1)?.createdAt ?? from);
  // Looked for here: the store would read on and on for the few of a rare environment.
  const wanted = environment === undefined ? found : found.filter((each) => each.environment === environment);
  return { from: since, to, complete, ...summarize(wanted, daysOf(since, to)) };
}

async function newest({ deployments }: Pick<Deps, 'deployments'>, query: Omit<DeploymentQuery, 'limit' | 'after'>) {
  const found: Deployment[] = [];
  let after: DeploymentQuery['after'];
  for (let page = 1; page <= mostPages; page++) {
    const { items, next } = await deployments.list({ ...query, limit: pageSize, ...(after && { after }) });
    found.push(...items);
    if (!next) return { found, complete: true };
    after = next;
  }
  return { found, complete: false };
}

function refuseBadTime(from: string, to: string): void {
  const days = (Date.parse(to) - Date.parse(from)) / dayMs;
  if (days > 0 && days <= mostDays) return;
  const message = days > 0 ? `must be at most ${mostDays} days before "to"` : 'must be before "to"';
  throw new Refusal('validation_error', 'There is no such time to tell of.', {
    faults: [{ pointer: '/query/from', message, value: from }],
  });
}

/** Every day, UTC, that a time touches; its end is not part of it. */
function daysOf(from: string, to: string): string[] {
  const first = Math.floor(Date.parse(from) / dayMs);
  const last = Math.floor((Date.parse(to) - 1) / dayMs);
  return Array.from({ length: last - first + 1 }, (_, index) =>
    new Date((first + index) * dayMs).toISOString().slice(0, 10),
  );
}
