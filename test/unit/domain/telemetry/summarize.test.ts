import { describe, expect, test } from 'vitest';
import type { Deployment } from '#domain/deployment/deployment.ts';
import { percentile } from '#domain/telemetry/percentile.ts';
import { summarize } from '#domain/telemetry/summarize.ts';
import { aDeployment } from '#test/support/builders.ts';

const dayMs = 86_400_000;
const firstMs = Date.UTC(2026, 0, 1, 12);
const days = ['2026-01-01', '2026-01-02', '2026-01-03'];

/** A deployment of a day that waited and ran so many seconds. */
function of(day: number, status: Deployment['status'], ran = 10, more: Partial<Deployment> = {}): Deployment {
  const createdAtMs = firstMs + day * dayMs;
  const startedAtMs = createdAtMs + 2000;
  return aDeployment({
    status,
    createdAt: new Date(createdAtMs).toISOString(),
    createdAtMs,
    startedAtMs,
    finishedAtMs: startedAtMs + ran * 1000,
    ...more,
  });
}

const failedBy = (code: NonNullable<Deployment['failure']>['code']) => ({ failure: { code, message: 'm' } });

describe('how deployments went', () => {
  test('is told in counts, a rate, reasons and days', () => {
    const summary = summarize(
      [
        of(0, 'succeeded', 10),
        of(0, 'succeeded', 30),
        of(0, 'failed', 5, failedBy('step_failed')),
        of(2, 'failed', 5, failedBy('timeout')),
        of(2, 'rolled_back', 5, failedBy('timeout')),
        of(2, 'rollback_failed', 5, failedBy('unavailable')),
        of(2, 'rolled_back', 5, failedBy('cancelled')),
        of(2, 'cancelled'),
        of(2, 'superseded'),
        of(2, 'verifying'),
      ],
      days,
    );
    expect(summary).toEqual({
      counts: {
        total: 10,
        succeeded: 2,
        failed: 2,
        rolledBack: 1,
        rollbackFailed: 1,
        cancelled: 2,
        superseded: 1,
        underWay: 1,
      },
      successRate: 2 / 6,
      duration: { medianMs: 10_000, p95Ms: 30_000 },
      queueWait: { medianMs: 2000, p95Ms: 2000 },
      rollbacks: 3,
      failureReasons: [
        { code: 'timeout', count: 2 },
        { code: 'step_failed', count: 1 },
        { code: 'unavailable', count: 1 },
      ],
      days: [
        { day: '2026-01-01', total: 3, succeeded: 2, failed: 1, rolledBack: 0 },
        { day: '2026-01-02', total: 0, succeeded: 0, failed: 0, rolledBack: 0 },
        { day: '2026-01-03', total: 7, succeeded: 0, failed: 2, rolledBack: 1 },
      ],
    });
  });

  test('of none at all has no rate and no durations', () => {
    const { successRate, duration, queueWait, counts, days: told } = summarize([], days);
    expect({ successRate, duration, queueWait }).toEqual({});
    expect(counts.total).toBe(0);
    expect(told).toHaveLength(3);
  });

  test('counts the wait of a retry from when it was asked for again', () => {
    const queuedAtMs = firstMs + 60_000;
    const retried = of(0, 'succeeded', 10, {
      queuedAtMs,
      startedAtMs: queuedAtMs + 500,
      finishedAtMs: queuedAtMs + 900,
    });
    expect(summarize([retried], days)).toMatchObject({
      queueWait: { medianMs: 500, p95Ms: 500 },
      duration: { medianMs: 400, p95Ms: 400 },
    });
  });
});

test.each([
  { values: [], percent: 50, is: undefined },
  { values: [7], percent: 50, is: 7 },
  { values: [7], percent: 95, is: 7 },
  { values: [4, 1, 3, 2], percent: 50, is: 2 },
  { values: [3, 1, 2], percent: 50, is: 2 },
  { values: [...Array(100).keys()], percent: 95, is: 94 },
  { values: [1, 2, 3], percent: 0, is: 1 },
  { values: [10, 9, 100], percent: 100, is: 100 },
])('percentile $percent of $values.length values is $is', ({ values, percent, is }) => {
  expect(percentile(values, percent)).toBe(is);
});
