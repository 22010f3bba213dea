import type { RunEvent } from '#schemas/events/deployment-ends.ts';
import { measure } from '#domain/telemetry/measure.ts';
import type { Deps } from '#ports/deps.ts';
import { getDeployment } from './get-deployment.ts';

const consumer = 'metrics';
/** CloudWatch takes no value that is older. */
const oldestMs = 14 * 24 * 3_600_000;

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
  const measurements = measure(event, await getDeployment(deps, deploymentId), atMs);
  if (measurements.length === 0 || !(await deps.claims.claim(consumer, id))) return { recorded: 0 };
  deps.metrics.record(measurements);
  return { recorded: measurements.length };
}
