import { lastEndedRun, traceOf } from '#domain/telemetry/trace-of.ts';
import type { Deps } from '#ports/deps.ts';
import type { ExportResult } from '#ports/span-exporter.ts';
import { getDeployment } from './get-deployment.ts';

/**
 * Tells the tracing system of the run that has just ended. Asked twice it tells the same spans under the same ids.
 *
 * @throws Refusal `not_found`, or what the exporter throws: whoever delivered the event tries again
 */
export async function exportTrace(
  deps: Pick<Deps, 'deployments' | 'digest' | 'spans'>,
  deploymentId: string,
): Promise<ExportResult> {
  const record = await getDeployment(deps, deploymentId);
  const run = lastEndedRun(record.deployment);
  const { traceId, spans } = traceOf(record, deps.digest);
  const ended = spans.filter((span) => span.run === run && span.finishedAtMs !== undefined);
  return deps.spans.export(traceId, ended);
}
