import { describe, expect, test } from 'vitest';
import { beginStep } from '#domain/deployment/begin-step.ts';
import type { Write } from '#domain/deployment/decision.ts';
import { endStep } from '#domain/deployment/end-step.ts';
import type { Step } from '#domain/deployment/deployment.ts';
import { aDeployment, aStep, moment } from '../../../support/builders.ts';

function stepsIn(writes: readonly Write[]): Step[] {
  return writes.flatMap((write) => (write.kind === 'put-step' ? [write.step] : []));
}

describe('beginning a step', () => {
  test('checks the slot in the same commit', () => {
    const beginning = beginStep({ deployment: aDeployment(), steps: [] }, { name: 'sign', run: 1 }, moment());
    if (beginning.kind !== 'begin') throw new Error(beginning.kind);
    expect(beginning.decision.writes[0]).toMatchObject({ kind: 'hold-slot' });
    expect(beginning.step).toMatchObject({ name: 'sign', attempt: 1, status: 'running' });
  });

  test('closes an attempt that was cut off and opens the next one', () => {
    const record = { deployment: aDeployment(), steps: [aStep({ name: 'release' })] };
    const beginning = beginStep(record, { name: 'release', run: 1, status: 'releasing' }, moment(3));
    if (beginning.kind !== 'begin') throw new Error(beginning.kind);
    const rows = stepsIn(beginning.decision.writes);
    expect(rows.map(({ attempt, status }) => [attempt, status])).toEqual([
      [1, 'interrupted'],
      [2, 'running'],
    ]);
    expect(rows[0]?.durationMs).toBe(3000);
    expect(beginning.decision.after.status).toBe('releasing');
  });

  test.each([
    { name: 'sign', earlierRun: 1, run: 2, kept: true },
    { name: 'release', earlierRun: 1, run: 2, kept: false },
    { name: 'verify', earlierRun: 1, run: 2, kept: false },
    { name: 'release', earlierRun: 2, run: 2, kept: true },
  ] as const)('a success of $name in run $earlierRun counts in run $run: $kept', ({ name, earlierRun, run, kept }) => {
    const done = aStep({ name, run: earlierRun, status: 'succeeded' });
    const { kind } = beginStep({ deployment: aDeployment({ run }), steps: [done] }, { name, run }, moment());
    expect(kind).toBe(kept ? 'kept' : 'begin');
  });

  test('the same build saying twice that a stage began changes nothing; another build begins it anew', () => {
    const record = { deployment: aDeployment(), steps: [aStep({ buildId: 'b:1' })] };
    expect(beginStep(record, { name: 'test', run: 1, buildId: 'b:1' }, moment()).kind).toBe('running');
    expect(beginStep(record, { name: 'test', run: 1, buildId: 'b:2' }, moment()).kind).toBe('begin');
  });

  test.each(['succeeded', 'failed', 'cancelled', 'superseded', 'rolled_back', 'rollback_failed'] as const)(
    'is refused once the deployment is %s',
    (status) => {
      const begin = () =>
        beginStep({ deployment: aDeployment({ status }), steps: [] }, { name: 'sign', run: 1 }, moment());
      expect(begin).toThrow(`is ${status}; no step of it can begin`);
    },
  );

  test('is refused for a run that another one replaced', () => {
    const begin = () =>
      beginStep({ deployment: aDeployment({ run: 2 }), steps: [] }, { name: 'sign', run: 1 }, moment());
    expect(begin).toThrow('Run 1 of');
  });
});

describe('ending a step', () => {
  test('puts the result, the patch and the facts into one commit', () => {
    const step = aStep({ name: 'sign' });
    const decision = endStep(
      { deployment: aDeployment(), steps: [step] },
      { step, patch: { builds: 2 }, facts: [{ type: 'deployment.queued', data: { commit: 'a'.repeat(40), run: 1 } }] },
      moment(4),
    );
    expect(decision?.after.builds).toBe(2);
    expect(stepsIn(decision?.writes ?? [])).toMatchObject([{ status: 'succeeded', durationMs: 4000 }]);
    expect(decision?.events.map(({ type }) => type)).toEqual(['deployment.step_progress', 'deployment.queued']);
  });

  test('comes to nothing for an attempt that has ended already', () => {
    const step = aStep();
    const steps = [{ ...step, status: 'failed' as const }];
    expect(endStep({ deployment: aDeployment(), steps }, { step }, moment())).toBeUndefined();
  });
});
