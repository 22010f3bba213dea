import { describe, expect, test } from 'vitest';
import { runEvent, type RunEvent } from '#schemas/events/deployment-ends.ts';
import { manifestSchema } from '#schemas/service/manifest.ts';
import type { Deployment, Step } from '#domain/deployment/deployment.ts';
import { measure } from '#domain/telemetry/measure.ts';
import { metricCatalog } from '#domain/telemetry/metric-catalog.ts';
import { aDeployment, aStep, depId, moment } from '#test/support/builders.ts';

const durationMs = 4000;
const failureOf = (code: string) => ({ code, message: 'It broke.' });

/** An event as the bus delivers it, a minute after the deployment was asked for. */
function event(type: RunEvent['detail-type'], data: object): RunEvent {
  const { at } = moment(60);
  const detail = {
    schemaVersion: 1,
    id: `${depId()}#9`,
    seq: 9,
    prevHash: '0'.repeat(64),
    occurredAt: at,
    correlationId: 'c',
    traceId: 't',
    actor: 'ada',
    deploymentId: depId(),
    service: 'orders',
    environment: 'staging',
    data,
  };
  return runEvent.parse({ 'detail-type': type, detail });
}

/** What is measured, as `name value dimensions`. */
function told(what: RunEvent, deployment: Partial<Deployment> = {}, steps: readonly Step[] = []): readonly string[] {
  return measure(what, { deployment: aDeployment(deployment), steps }, moment(60).atMs).map(
    ({ metric, value, dimensions }) => `${metric} ${value} ${Object.values(dimensions).join('/')}`,
  );
}

function step(name: Step['name'], from: number, took: number, more: Partial<Step> = {}): Step {
  return aStep({ name, status: 'succeeded', startedAtMs: moment(from).atMs, durationMs: took * 1000, ...more });
}

describe('an event in numbers', () => {
  test.each(
    [
      {
        what: event('deployment.started', { commit: 'a'.repeat(40), run: 1, queueWaitMs: 700 }),
        numbers: ['deploymentsStarted 1 orders/staging', 'queueWaitTime 700 orders/staging'],
      },
      {
        what: event('deployment.succeeded', {
          commit: 'a'.repeat(40),
          artifactDigest: 'd',
          version: '2',
          url: 'http://o',
          durationMs,
        }),
        numbers: ['deploymentsSucceeded 1 orders/staging', 'deploymentDuration 4000 orders/staging'],
      },
      {
        what: event('deployment.failed', { failure: failureOf('step_failed'), durationMs }),
        numbers: ['deploymentsFailed 1 orders/staging/step_failed/user'],
      },
      {
        what: event('deployment.rolled_back', {
          failure: failureOf('timeout'),
          fromVersion: '3',
          toVersion: '2',
          durationMs,
        }),
        numbers: ['deploymentsFailed 1 orders/staging/timeout/platform', 'rollbackCount 1 orders/staging'],
      },
      {
        what: event('deployment.rolled_back', {
          failure: failureOf('cancelled'),
          fromVersion: '3',
          toVersion: '2',
          durationMs,
        }),
        numbers: ['rollbackCount 1 orders/staging'],
      },
      {
        what: event('deployment.rollback_failed', { failure: failureOf('unavailable') }),
        numbers: [
          'deploymentsFailed 1 orders/staging/unavailable/platform',
          'rollbackCount 1 orders/staging',
          'rollbacksFailed 1 orders/staging',
        ],
      },
      { what: event('deployment.cancelled', { durationMs }), numbers: [] },
      { what: event('deployment.superseded', { by: depId(2) }), numbers: [] },
    ].map(({ what, numbers }) => ({ type: what['detail-type'], what, numbers })),
  )('$type makes $numbers', ({ what, numbers }) => {
    expect(told(what)).toEqual(numbers);
  });

  test('counts a canary that was taken back, and no other strategy', () => {
    const rolledBack = event('deployment.rolled_back', {
      failure: failureOf('step_failed'),
      fromVersion: '3',
      toVersion: '2',
      durationMs,
    });
    const withStrategies = (all: object, staging?: object): Deployment['manifest'] =>
      manifestSchema.parse({
        apiVersion: 'deployment-service/v1',
        name: 'orders',
        target: { type: 'lambda', handler: 'index.handler', runtime: 'nodejs24.x' },
        build: { bundle: { commands: ['make'], output: 'dist' } },
        strategy: all,
        environments: { staging: staging ? { strategy: staging } : {} },
      });
    const aborted = (wanted: Deployment['manifest']): boolean =>
      told(rolledBack, wanted && { manifest: wanted }).includes('canaryAbortCount 1 orders/staging');
    expect(aborted(withStrategies({ type: 'canary' }))).toBe(true);
    expect(aborted(withStrategies({ type: 'immediate' }, { type: 'canary' }))).toBe(true);
    expect(aborted(withStrategies({ type: 'canary' }, { type: 'immediate' }))).toBe(false);
    expect(aborted(undefined)).toBe(false);
  });

  test('says at the end how long each step of that run took, at the time when it ended', () => {
    const steps = [
      step('source', 1, 2),
      step('compile', 3, 1, { status: 'interrupted' }),
      step('compile', 5, 4, { attempt: 2 }),
      step('sign', 9, 0, { status: 'reused' }),
      step('verify', 50, 10, { status: 'failed' }),
    ];
    const failed = event('deployment.failed', { failure: failureOf('step_failed'), durationMs });
    expect(told(failed, {}, steps).slice(1)).toEqual([
      'stepDuration 2000 orders/staging/source',
      'stepDuration 4000 orders/staging/compile',
      'stepDuration 10000 orders/staging/verify',
    ]);
    const [, source] = measure(failed, { deployment: aDeployment(), steps }, moment(60).atMs);
    expect(source?.atMs).toBe(moment(3).atMs);
  });

  test('is about the run that ended, not one that was begun since, nor one before', () => {
    const steps = [
      step('source', 1, 2),
      step('compile', 20, 4, { run: 2, attempt: 2 }),
      step('compile', 70, 9, { run: 3, attempt: 3 }),
    ];
    const failed = event('deployment.failed', { failure: failureOf('step_failed'), durationMs });
    expect(told(failed, { run: 3 }, steps).slice(1)).toEqual(['stepDuration 4000 orders/staging/compile']);
  });

  test('puts all previews under one name, and says how long one took from the wish to the answer', () => {
    const ready = event('deployment.succeeded', {
      commit: 'a'.repeat(40),
      artifactDigest: 'd',
      version: '2',
      url: 'http://o',
      durationMs,
    });
    const preview = { environment: 'pr-17', createdAtMs: moment(20).atMs };
    expect(told(ready, preview)).toEqual([
      'deploymentsSucceeded 1 orders/preview',
      'deploymentDuration 4000 orders/preview',
      'previewEnvProvisionTime 40000 orders/preview',
    ]);
    expect(told(ready, { environment: 'pr-review' })[0]).toBe('deploymentsSucceeded 1 orders/pr-review');
  });

  test('has a value for each dimension of its metric', () => {
    const failed = event('deployment.failed', { failure: failureOf('step_failed'), durationMs });
    for (const { metric, dimensions } of measure(
      failed,
      { deployment: aDeployment(), steps: [step('source', 1, 2)] },
      moment(60).atMs,
    )) {
      for (const name of metricCatalog[metric].dimensionSets.flat()) expect(dimensions).toHaveProperty(name);
    }
  });
});
