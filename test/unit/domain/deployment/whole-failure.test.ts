import { describe, expect, it } from 'vitest';
import { caughtFailure } from '#domain/deployment/caught-failure.ts';
import { diagnoseBuild } from '#domain/deployment/diagnose-build.ts';
import type { DeploymentRecord } from '#domain/deployment/deployment.ts';
import { failureOf } from '#domain/deployment/failure-of.ts';
import { settleFailure } from '#domain/deployment/settle-failure.ts';
import { stageFailure } from '#domain/deployment/stage-failure.ts';
import { viewOf } from '#domain/deployment/view.ts';
import { Refusal } from '#domain/refusal.ts';
import { errorCode, type Failure } from '#schemas/workflows/failure.ts';
import { stepName } from '#schemas/workflows/status.ts';
import type { StageMark } from '#schemas/workflows/stage-mark.ts';
import { aDeployment, aRelease, aStep, moment } from '#test/support/builders.ts';

/** What a person sees of a deployment that ended by this. */
function shown(record: DeploymentRecord, error: string, cause = ''): Failure {
  const reason = caughtFailure(record, record.deployment.run, error, cause);
  const settlement = settleFailure(record, reason, moment(9));
  if (!('decision' in settlement) || !settlement.decision) throw new Error(settlement.kind);
  const { failure } = viewOf({ ...record, deployment: settlement.decision.after });
  if (!failure) throw new Error('It failed without a word.');
  return failure;
}

/** All that whoever reads of a failure asks. */
function expectWhole(failure: Failure, step: string): void {
  expect(errorCode.options).toContain(failure.code);
  expect(failure.message).not.toBe('');
  expect(failure.step).toBe(step);
  expect(failure.logTail).toEqual(expect.any(Array));
  expect(failure.nextAction).toMatch(/\w+ \w+ .*/);
}

const running = { name: 'compile', status: 'running' } as const;

describe('a deployment that failed', () => {
  it.each(errorCode.options)('by a refusal with the code %s says where, what it wrote last and what to do', (code) => {
    const cause = JSON.stringify({ errorType: code, errorMessage: 'So it is.' });
    const failure = shown({ deployment: aDeployment(), steps: [aStep(running)] }, code, cause);
    expectWhole(failure, 'compile');
    expect(failure).toMatchObject({ code, message: 'So it is.' });
  });

  const stepsAndCodes = stepName.options.flatMap((name) => errorCode.options.map((code) => [name, code] as const));
  it.each(stepsAndCodes)('in the step %s with the code %s says all of it', (name, code) => {
    const failed = aStep({
      name,
      status: 'failed',
      failure: { ...failureOf(new Refusal(code, 'So it is.')), step: name },
    });
    expectWhole(shown({ deployment: aDeployment(), steps: [failed] }, code), name);
  });

  it.each([
    'States.Timeout',
    'States.HeartbeatTimeout',
    'States.Runtime',
    'States.Aborted',
    'transient_fault',
    'Lambda.Unknown',
    'Runtime.ExitError',
    'CodeBuild.AccountLimitExceededException',
  ])('because its machine met %s says all of it', (error) => {
    expectWhole(shown({ deployment: aDeployment(), steps: [aStep(running)] }, error), 'compile');
  });

  it('names the state that it was in when no step had begun', () => {
    const { fence: _fence, ...waiting } = aDeployment({ status: 'queued' });
    expectWhole(shown({ deployment: waiting, steps: [] }, 'States.Aborted'), 'admission');
    expectWhole(shown({ deployment: aDeployment({ fence: 3 }), steps: [] }, 'States.Aborted'), 'source');
  });

  it('after traffic moved says what serves now', () => {
    const release = aRelease({ baselineVersion: '6' });
    const deployment = aDeployment({ status: 'verifying', release });
    const failure = shown({ deployment, steps: [aStep({ name: 'verify', status: 'running' })] }, 'step_failed');
    expectWhole(failure, 'verify');
    expect(failure.nextAction).toBe('Version 6, which served before, gets all traffic back.');
  });

  it.each(['install', 'compile', 'test', 'bundle'] as const)(
    'in the stage %s, however it ended, says all of it',
    (stage) => {
      const base = { deploymentId: 'dep_1', token: 't', buildId: 'b:1', run: 1, stage, at: '2026-01-01T00:00:00Z' };
      const marks: readonly Partial<StageMark>[] = [
        { status: 'timed_out', logTail: ['still going'] },
        { status: 'failed', exitCode: 1 },
        { status: 'failed', code: 'artifact_upload_failed', logTail: ['the bucket refused'] },
      ];
      for (const mark of marks) {
        const failure = stageFailure({ ...base, ...mark } as StageMark);
        if (!failure) throw new Error('The stage did not fail.');
        const failed = aStep({ name: stage, status: 'failed', failure });
        const told = shown({ deployment: aDeployment(), steps: [failed] }, failure.code);
        expectWhole(told, stage);
        expect(told.logTail).toEqual(mark.logTail ?? []);
      }
    },
  );

  it.each([
    { status: 'TIMED_OUT', began: true, lost: 1 },
    { status: 'STOPPED', began: true, lost: 1 },
    { status: 'FAILED', began: true, lost: 1 },
    { status: 'FAULT', began: true, lost: 3 },
    { status: 'FAULT', began: false, lost: 3 },
  ])('by a build that ended as %o says all of it', (build) => {
    const diagnosis = diagnoseBuild([aStep(running)], 1, build);
    if (diagnosis.kind !== 'failed') throw new Error('The build is begun again.');
    const failed = aStep({ ...running, status: 'failed', failure: { ...diagnosis.failure, step: 'compile' } });
    expectWhole(shown({ deployment: aDeployment(), steps: [failed] }, 'step_failed'), 'compile');
  });

  it('keeps what a failure says of itself', () => {
    const own: Failure = {
      code: 'timeout',
      message: 'Late.',
      step: 'test',
      logTail: ['tick'],
      nextAction: 'Be quicker.',
    };
    const failed = aStep({ name: 'test', status: 'failed', failure: own });
    expect(shown({ deployment: aDeployment(), steps: [failed] }, 'timeout')).toEqual(own);
  });
});
