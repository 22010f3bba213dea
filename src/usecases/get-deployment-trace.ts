import type { DeploymentTraceView, TraceSpanView } from '#schemas/api/get-deployment-trace.ts';
import { isTerminal } from '#domain/deployment/transitions.ts';
import type { Span } from '#domain/telemetry/span.ts';
import { traceOf } from '#domain/telemetry/trace-of.ts';
import type { Deps } from '#ports/deps.ts';
import { getDeployment } from './get-deployment.ts';

/**
 * The trace of a deployment as it stands; what is under way has no end yet.
 *
 * @throws Refusal `not_found`
 */
export async function getDeploymentTrace(
  deps: Pick<Deps, 'deployments' | 'digest'>,
  id: string,
): Promise<DeploymentTraceView> {
  const record = await getDeployment(deps, id);
  const { traceId, spans } = traceOf(record, deps.digest);
  return { deploymentId: id, traceId, complete: isTerminal(record.deployment.status), spans: spans.map(viewOf) };
}

function viewOf({
  id,
  parentId,
  name,
  run,
  startedAtMs,
  finishedAtMs,
  outcome,
  message,
  attributes,
}: Span): TraceSpanView {
  return {
    spanId: id,
    ...(parentId !== undefined && { parentSpanId: parentId }),
    name,
    run,
    startedAt: new Date(startedAtMs).toISOString(),
    ...(finishedAtMs !== undefined && {
      finishedAt: new Date(finishedAtMs).toISOString(),
      durationMs: Math.max(0, finishedAtMs - startedAtMs),
    }),
    outcome,
    ...(message !== undefined && { message }),
    attributes: { ...attributes },
  };
}
