import { describe, expect, test } from 'vitest';
import { buildRetryLimit, diagnoseBuild } from '#domain/deployment/diagnose-build.ts';
import { stageFailure } from '#domain/deployment/stage-failure.ts';
import type { StageMark } from '#schemas/workflows/stage-mark.ts';
import { aStep, depId, moment } from '../../../support/builders.ts';

const failure = { code: 'step_failed', message: 'One test failed.', step: 'test' } as const;

describe('a build that did not succeed', () => {
  test('failed by its own fault when a stage of this run failed, whatever CodeBuild says', () => {
    const steps = [aStep({ status: 'failed', failure })];
    expect(diagnoseBuild(steps, 1, { status: 'FAULT', began: true, lost: 1 })).toEqual({ kind: 'failed', failure });
  });

  test('is begun again when its runner was lost, but not for ever', () => {
    const kinds = [1, 2, 3].map((lost) => diagnoseBuild([aStep()], 1, { status: 'FAULT', began: true, lost }).kind);
    expect(kinds).toEqual(['again', 'again', 'failed']);
    expect(buildRetryLimit).toBe(2);
  });

  test.each([
    ['TIMED_OUT', 'timeout'],
    ['FAILED', 'step_failed'],
    ['STOPPED', 'step_failed'],
  ])('that CodeBuild calls %s is a %s', (status, code) => {
    expect(diagnoseBuild([], 1, { status, began: true, lost: 1 })).toMatchObject({ kind: 'failed', failure: { code } });
  });
});

describe('a build that never left the queue', () => {
  const diagnose = (lost: number) => diagnoseBuild([aStep()], 1, { status: 'TIMED_OUT', began: false, lost });

  test('has run no longer than its limit, and is begun again', () => {
    expect(diagnose(1)).toEqual({ kind: 'again' });
  });

  test('is a runner that is not there, in the end', () => {
    expect(diagnose(3)).toMatchObject({
      failure: { code: 'unavailable', message: 'No build runner was free, 3 times.' },
    });
  });
});

describe('what a stage says of its failure', () => {
  const mark: StageMark = {
    deploymentId: depId(),
    token: 't',
    buildId: 'b:1',
    run: 1,
    stage: 'test',
    status: 'failed',
    at: moment().at,
    exitCode: 1,
  };
  const report = { type: 'junit' as const, key: 'k', tests: 14, failures: 4, errors: 1, skipped: 0 };
  const named = (...names: string[]) => names.map((name) => ({ name, message: 'x' }));

  test('names the first failing tests and counts the rest', () => {
    const told = stageFailure({ ...mark, reports: [{ ...report, failed: named('a', 'b', 'c', 'd', 'e') }] });
    expect(told?.message).toBe('5 of 14 tests failed: "a", "b", "c" and 2 more.');
    expect(told?.failedTests).toEqual(['a', 'b', 'c', 'd', 'e']);
  });

  test('gives the exit code when there is no report', () => {
    expect(stageFailure({ ...mark, stage: 'compile', exitCode: 2 })?.message).toBe(
      'Stage compile failed with exit code 2.',
    );
  });

  test('is a timeout for a stage that was stopped, and an upload failure for a bundle that could not be stored', () => {
    expect(stageFailure({ ...mark, status: 'timed_out' })?.code).toBe('timeout');
    const logTail = ['artifact_upload_failed: S3 refused'];
    const upload = { ...mark, stage: 'bundle' as const, code: 'artifact_upload_failed' as const, logTail };
    expect(stageFailure(upload)).toMatchObject({ code: 'artifact_upload_failed', message: logTail[0] });
    expect(stageFailure({ ...mark, logTail })?.code, 'what a command writes decides nothing').toBe('step_failed');
  });

  test('is nothing for a stage that succeeded', () => {
    expect(stageFailure({ ...mark, status: 'succeeded' })).toBeUndefined();
  });
});
