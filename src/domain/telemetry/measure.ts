import type { RunEvent } from '#schemas/events/deployment-ends.ts';
import type { ErrorCode } from '#schemas/workflows/failure.ts';
import type { Deployment, DeploymentRecord, Step } from '../deployment/deployment.ts';
import { strategyOf } from '../manifest/strategy-of.ts';
import { environmentDimension, previews } from './environment-dimension.ts';
import { faultOf } from './fault-of.ts';
import type { Measurement } from './measurement.ts';
import type { MetricName } from './metric-catalog.ts';

/**
 * What an event says in numbers. How long steps took is said at the end of their run, from the record: an event for each
 * of them would cost an invocation and a write, and tell no more.
 *
 * @param atMs when the event happened
 */
export function measure(event: RunEvent, record: DeploymentRecord, atMs: number): readonly Measurement[] {
  const { detail } = event;
  const environment = environmentDimension(record.deployment.environment);
  const dimensions = { service: detail.service, environment };
  const one = (metric: MetricName, value = 1, more: Readonly<Record<string, string>> = {}): Measurement => ({
    metric,
    value,
    atMs,
    dimensions: { ...dimensions, ...more },
  });
  if (event['detail-type'] === 'deployment.started') {
    return [one('deploymentsStarted'), one('queueWaitTime', event.detail.data.queueWaitMs)];
  }
  if (event['detail-type'] === 'deployment.rolled_back' && event.detail.data.rolledBackBy !== undefined) {
    // Its run was measured when it succeeded, and the rollback's run is measured as its own.
    return [one('rollbackCount')];
  }
  const failed = (reason: ErrorCode): Measurement => one('deploymentsFailed', 1, { reason, fault: faultOf(reason) });
  const steps = stepsUpTo(record, atMs).map((step) => ({
    ...one('stepDuration', step.durationMs, { step: step.name }),
    atMs: step.startedAtMs + step.durationMs,
  }));
  switch (event['detail-type']) {
    case 'deployment.succeeded':
      return [
        one('deploymentsSucceeded'),
        one('deploymentDuration', event.detail.data.durationMs),
        ...(environment === previews ? [one('previewEnvProvisionTime', atMs - record.deployment.createdAtMs)] : []),
        ...steps,
      ];
    case 'deployment.failed':
      return [failed(event.detail.data.failure.code), ...steps];
    case 'deployment.rolled_back':
    case 'deployment.rollback_failed': {
      const { code } = event.detail.data.failure;
      return [
        // Taken back because somebody wanted it so: no failure.
        ...(code === 'cancelled' ? [] : [failed(code)]),
        one('rollbackCount'),
        ...(event['detail-type'] === 'deployment.rollback_failed' ? [one('rollbacksFailed')] : []),
        ...(isCanary(record.deployment) ? [one('canaryAbortCount')] : []),
        ...steps,
      ];
    }
    case 'deployment.cancelled':
    case 'deployment.superseded':
      return steps;
  }
}

type EndedStep = Step & { readonly durationMs: number };

/** The steps of the run that ended at this moment; a later run may have begun since. */
function stepsUpTo({ steps }: DeploymentRecord, atMs: number): readonly EndedStep[] {
  const ended = steps.filter(
    (step): step is EndedStep => step.durationMs !== undefined && step.startedAtMs + step.durationMs <= atMs,
  );
  const run = Math.max(...ended.map((step) => step.run));
  // What was reused took no time, and what was cut off says nothing of how long it takes.
  return ended.filter((step) => step.run === run && (step.status === 'succeeded' || step.status === 'failed'));
}

function isCanary({ manifest, environment }: Deployment): boolean {
  return manifest !== undefined && strategyOf(manifest, environment).type === 'canary';
}
