import type { Deployment, Step } from '../deployment/deployment.ts';
import type { AttributeValue, SpanOutcome } from './span.ts';
import { stepSpans } from './step-spans.ts';

type Attributes = Readonly<Record<string, AttributeValue>>;

/**
 * What every span of a deployment says: names of OpenTelemetry's semantic conventions where there are any
 * (https://opentelemetry.io/docs/specs/semconv/cicd/), else names below `deployment_service`.
 */
export function sharedAttributes({ id, service, environment, commit }: Deployment, run: number): Attributes {
  return {
    'cicd.pipeline.name': `${service}/${environment}`,
    'cicd.pipeline.run.id': `${id}#${run}`,
    'deployment.id': id,
    'deployment.environment.name': environment,
    'vcs.ref.head.revision': commit,
    'deployment_service.service': service,
    'deployment_service.run': run,
  };
}

/** What the span of a run says besides. */
export function runAttributes(
  { status, kind, correlationId, release }: Deployment,
  outcome: SpanOutcome,
  code: string | undefined,
): Attributes {
  const deployed = outcome === 'success' ? 'succeeded' : 'failed';
  return {
    ...(outcome === 'running'
      ? { 'cicd.pipeline.run.state': status === 'queued' ? 'pending' : 'executing' }
      : { 'cicd.pipeline.result': outcome, 'deployment.status': deployed }),
    ...(code !== undefined && { 'error.type': code }),
    'deployment_service.kind': kind,
    'deployment_service.correlation_id': correlationId,
    ...(release && { 'deployment_service.release.version': release.version }),
  };
}

/** What the span of one attempt of a step says besides. */
export function stepAttributes(step: Step, outcome: SpanOutcome): Attributes {
  const { deploymentId, name, attempt, failure, reports = [] } = step;
  const tests = reports.reduce((sum, report) => sum + report.tests, 0);
  const failed = reports.reduce((sum, report) => sum + report.failures + report.errors, 0);
  return {
    'cicd.pipeline.task.name': name,
    'cicd.pipeline.task.type': stepSpans[name].type,
    'cicd.pipeline.task.run.id': `${deploymentId}#${name}#${attempt}`,
    ...(outcome !== 'running' && { 'cicd.pipeline.task.run.result': outcome }),
    ...(failure && { 'error.type': failure.code }),
    'deployment_service.attempt': attempt,
    ...(step.status === 'reused' && { 'deployment_service.reused': true }),
    ...(tests > 0 && { 'deployment_service.tests.total': tests, 'deployment_service.tests.failed': failed }),
  };
}
