import { expect, test } from 'vitest';
import { runEvent } from '#schemas/events/deployment-ends.ts';
import { measure } from '#domain/telemetry/measure.ts';
import { summarize } from '#domain/telemetry/summarize.ts';
import { aDeployment, aStep, moment } from '#test/support/builders.ts';

const atMs = moment(100).atMs;

function rolledBack(more: object) {
  return runEvent.parse({
    'detail-type': 'deployment.rolled_back',
    detail: {
      schemaVersion: 1,
      id: 'dep_1#9',
      seq: 9,
      prevHash: '0'.repeat(64),
      type: 'deployment.rolled_back',
      occurredAt: moment(100).at,
      correlationId: 'c',
      traceId: 't',
      actor: 'system:deployment',
      deploymentId: 'dep_1',
      service: 'orders',
      environment: 'staging',
      data: {
        failure: { code: 'cancelled', message: 'Rolled back.' },
        fromVersion: '4',
        toVersion: '3',
        durationMs: 1_000,
        ...more,
      },
    },
  });
}

const record = {
  deployment: aDeployment({ status: 'succeeded' }),
  steps: [aStep({ name: 'verify', status: 'succeeded', durationMs: 5 })],
};

test('a release that was rolled back after it had succeeded is one rollback, and its steps are not told again', () => {
  const told = measure(rolledBack({ rolledBackBy: 'dep_2' }), record, atMs);
  expect(told.map(({ metric, value }) => [metric, value])).toEqual([['rollbackCount', 1]]);
});

test('one that was taken back on its way out tells its steps as well', () => {
  const told = measure(rolledBack({}), record, atMs).map(({ metric }) => metric);
  expect(told).toEqual(expect.arrayContaining(['rollbackCount', 'stepDuration']));
  expect(told).not.toContain('deploymentsFailed');
});

test('both count as rolled back, and the one that had succeeded stays a success', () => {
  const failure = { code: 'step_failed', message: 'Not healthy.' } as const;
  const { rollbacks, counts } = summarize(
    [
      aDeployment({ status: 'succeeded', rolledBackBy: 'dep_2' }),
      aDeployment({ status: 'rolled_back', failure }),
      aDeployment({ status: 'succeeded', kind: 'rollback' }),
    ],
    [],
  );
  expect(rollbacks).toBe(2);
  expect(counts).toMatchObject({ succeeded: 2, rolledBack: 1 });
});
