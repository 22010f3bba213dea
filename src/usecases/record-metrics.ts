import type { RunEvent } from '#schemas/events/deployment-ends.ts';
import type { Deployment } from '#domain/deployment/deployment.ts';
import { failuresInARow } from '#domain/telemetry/failures-in-a-row.ts';
import { measure } from '#domain/telemetry/measure.ts';
import type { Measurement } from '#domain/telemetry/measurement.ts';
import type { Deps } from '#ports/deps.ts';
import { getDeployment } from './get-deployment.ts';

const consumer = 'metrics';
/** CloudWatch takes no value that is older. */
const oldestMs = 14 * 24 * 3_600_000;
/** More failures in a row than this are as bad as this many. */
const mostLookedAt = 10;

/**
 * Records what an event says in numbers, once: an event that is delivered again finds itself claimed. Claimed comes
 * first, so of an invocation that dies between the two the numbers are missing, and none is ever counted twice.
 *
 * @throws Refusal `not_found`
 */
export async function recordMetrics(
  deps: Pick<Deps, 'claims' | 'clock' | 'deployments' | 'metrics'>,
  event: RunEvent,
): Promise<{ readonly recorded: number }> {
  const { id, deploymentId, occurredAt } = event.detail;
  const atMs = Date.parse(occurredAt);
  if (deps.clock.now().getTime() - atMs > oldestMs) return { recorded: 0 };
  const record = await getDeployment(deps, deploymentId);
  const measured = measure(event, record, atMs);
  const measurements = [...measured, ...(await failures(deps, measured, record.deployment))];
  if (measurements.length === 0 || !(await deps.claims.claim(consumer, id))) return { recorded: 0 };
  deps.metrics.record(measurements);
  return { recorded: measurements.length };
}

/** A failure brings the number of those before it along; looked at only then, since most runs succeed. */
async function failures(
  { deployments }: Pick<Deps, 'deployments'>,
  measured: readonly Measurement[],
  failed: Deployment,
): Promise<readonly Measurement[]> {
  const failure = measured.find(({ metric }) => metric === 'deploymentsFailed');
  if (!failure) return [];
  const { service, environment, id } = failed;
  const { items } = await deployments.list({ service, environment, limit: mostLookedAt });
  // The list may be a moment behind; this one's own end is known.
  const newest = items.map((each) => (each.id === id ? failed : each));
  const { atMs, dimensions } = failure;
  return [{ metric: 'consecutiveFailures', value: failuresInARow(newest), atMs, dimensions }];
}
