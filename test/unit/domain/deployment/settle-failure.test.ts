import { describe, expect, test } from 'vitest';
import { caughtFailure } from '#domain/deployment/caught-failure.ts';
import { settleFailure } from '#domain/deployment/settle-failure.ts';
import type { Failure } from '#schemas/workflows/failure.ts';
import { aDeployment, aRelease, aStep, moment } from '../../../support/builders.ts';

const failure: Failure = { code: 'step_failed', message: 'It broke.' };

describe('what becomes of a deployment that cannot go on', () => {
  test('fails when no traffic moved, closing what was running', () => {
    const record = { deployment: aDeployment(), steps: [aStep(), aStep({ name: 'install', status: 'succeeded' })] };
    const settlement = settleFailure(record, failure, moment(9));
    if (settlement.kind !== 'failed') throw new Error(settlement.kind);
    const { after, writes, events } = settlement.decision;
    expect(after).toMatchObject({ status: 'failed', failure });
    expect(writes.map(({ kind }) => kind)).toEqual([
      'put-step',
      'free-lock',
      'free-slot',
      'free-runner',
      'leave-runner-queue',
    ]);
    expect(events.map(({ type }) => type)).toEqual(['deployment.step_progress', 'deployment.failed']);
  });

  test('is taken back when traffic moved and there is a version to go back to', () => {
    const deployment = aDeployment({ status: 'verifying', release: aRelease({ baselineVersion: '6' }) });
    const settlement = settleFailure({ deployment, steps: [] }, failure, moment());
    expect(settlement).toMatchObject({ kind: 'roll_back', decision: { after: { status: 'rolling_back', failure } } });
  });

  test('fails when traffic moved but nothing served before', () => {
    const deployment = aDeployment({ status: 'verifying', release: aRelease() });
    expect(settleFailure({ deployment, steps: [] }, failure, moment()).kind).toBe('failed');
  });

  test('says what serves now: the version that stays, or the one that gets the traffic back', () => {
    const told = (baseline: object) => {
      const deployment = aDeployment({ status: 'verifying', release: aRelease(baseline) });
      const settlement = settleFailure({ deployment, steps: [] }, failure, moment());
      return 'decision' in settlement ? settlement.decision?.after.failure?.nextAction : undefined;
    };
    expect(told({})).toMatch(/no earlier release.*version 7 has the traffic/);
    expect(told({ baselineVersion: '6' })).toBe('Version 6, which served before, gets all traffic back.');
  });

  test('says again that it has to be taken back while it is rolling back, without another commit', () => {
    const deployment = aDeployment({ status: 'rolling_back' });
    expect(settleFailure({ deployment, steps: [] }, failure, moment())).toEqual({ kind: 'roll_back' });
  });

  test('leaves a deployment alone that is over', () => {
    const deployment = aDeployment({ status: 'succeeded' });
    expect(settleFailure({ deployment, steps: [] }, failure, moment())).toEqual({ kind: 'settled' });
  });
});

describe('the reason that is recorded', () => {
  const record = { deployment: aDeployment(), steps: [] };

  test('is that of the step that failed in this run', () => {
    const steps = [
      aStep({ run: 1, status: 'failed', failure: { code: 'timeout', message: 'old' } }),
      aStep({ run: 2, status: 'failed', failure }),
    ];
    expect(caughtFailure({ deployment: aDeployment({ run: 2 }), steps }, 2, 'States.TaskFailed', '')).toBe(failure);
  });

  test('is our own refusal with its message', () => {
    const cause = JSON.stringify({ errorType: 'not_found', errorMessage: 'Target "a" is gone.' });
    const nested = JSON.stringify({ ExecutionArn: 'arn:a', Error: 'not_found', Cause: cause, Status: 'FAILED' });
    expect(caughtFailure(record, 1, 'States.TaskFailed', nested)).toMatchObject({ code: 'not_found' });
    expect(caughtFailure(record, 1, 'States.Timeout', '')).toMatchObject({ code: 'timeout' });
    expect(caughtFailure(record, 1, 'not_found', cause)).toEqual({ code: 'not_found', message: 'Target "a" is gone.' });
  });

  test('is a timeout when the machine timed out', () => {
    expect(caughtFailure(record, 1, 'States.Timeout', '').code).toBe('timeout');
  });

  test('does not repeat the text of an error that is not ours', () => {
    const told = caughtFailure(record, 1, 'TypeError', JSON.stringify({ errorMessage: 'password=hunter2' }));
    expect(told.code).toBe('internal_error');
    expect(JSON.stringify(told)).not.toContain('hunter2');
  });
});
