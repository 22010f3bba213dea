import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { deploymentStatus, stepName, stepStatus } from '#schemas/workflows/status.ts';
import type { Deployment, Step } from '#domain/deployment/deployment.ts';
import { stepSpans } from '#domain/telemetry/step-spans.ts';
import type { Span } from '#domain/telemetry/span.ts';
import { lastEndedRun, traceOf } from '#domain/telemetry/trace-of.ts';
import { aDeployment, aStep, moment } from '#test/support/builders.ts';

const hash = (text: string): string => createHash('sha256').update(text).digest('hex');
const startMs = moment().atMs;

/** A step that began so many seconds after the deployment and took so many. */
function step(name: Step['name'], from: number, took: number | undefined, more: Partial<Step> = {}): Step {
  const ended = took !== undefined && { durationMs: took * 1000, finishedAt: moment(from + took).at };
  return aStep({
    name,
    status: took === undefined ? 'running' : 'succeeded',
    startedAt: moment(from).at,
    startedAtMs: startMs + from * 1000,
    ...ended,
    ...more,
  });
}

/** The spans as indented names with their outcome and their seconds, `…` while they are under way. */
function told(spans: readonly Span[]): readonly string[] {
  const depthOf = (span: Span): number => {
    const parent = spans.find(({ id }) => id === span.parentId);
    return parent ? depthOf(parent) + 1 : 0;
  };
  const seconds = (ms: number): string => String((ms - startMs) / 1000);
  return spans.map((span) => {
    const end = span.finishedAtMs === undefined ? '…' : seconds(span.finishedAtMs);
    return `${'  '.repeat(depthOf(span))}${span.name} ${span.outcome} ${seconds(span.startedAtMs)}-${end}`;
  });
}

const trace = (deployment: Partial<Deployment>, steps: readonly Step[]) =>
  traceOf({ deployment: aDeployment(deployment), steps }, hash);

const build = { buildId: 'build:1' };
const stages = [
  step('install', 4, 1, build),
  step('compile', 5, 2, build),
  step('test', 7, 3, build),
  step('bundle', 10, 1, build),
];
const failure = { code: 'step_failed' as const, message: '1 of 8 tests failed.' };

describe('the trace of a deployment', () => {
  test('has a span for the wait, for each step, and one around the stages of a build', () => {
    const steps = [
      step('source', 2, 2),
      ...stages,
      step('sign', 12, 1),
      step('approval', 13, 60),
      step('release', 73, 2),
      step('verify', 75, 5),
    ];
    const { traceId, spans } = trace(
      { status: 'succeeded', startedAtMs: startMs + 2000, finishedAtMs: startMs + 80_000, traceId: '1'.repeat(32) },
      steps,
    );
    expect(traceId).toBe('1'.repeat(32));
    expect(told(spans)).toEqual([
      'deployment success 0-80',
      '  queue.wait success 0-2',
      '  source.fetch success 2-4',
      '  build success 4-11',
      '    build.install success 4-5',
      '    build.compile success 5-7',
      '    tests.run success 7-10',
      '    build.bundle success 10-11',
      '  artifact.sign success 12-13',
      '  approval.wait success 13-73',
      '  release.shift success 73-75',
      '  release.verify success 75-80',
    ]);
  });

  test('shows every attempt, a build for each build, and what was cut off', () => {
    const steps = [
      step('source', 1, 1),
      step('compile', 2, 4, { buildId: 'build:1', status: 'interrupted' }),
      step('compile', 8, 2, { buildId: 'build:2', attempt: 2 }),
      step('test', 10, 1, { buildId: 'build:2', status: 'failed', failure }),
    ];
    const { spans } = trace({ status: 'failed', failure, startedAtMs: startMs, finishedAtMs: startMs + 11_000 }, steps);
    expect(told(spans)).toEqual([
      'deployment failure 0-11',
      '  queue.wait success 0-0',
      '  source.fetch success 1-2',
      '  build error 2-6',
      '    build.compile error 2-6',
      '  build failure 8-11',
      '    build.compile success 8-10',
      '    tests.run failure 10-11',
    ]);
    expect(spans.filter(({ name }) => name === 'build.compile').map(({ attributes }) => attributes)).toMatchObject([
      { 'deployment_service.attempt': 1, 'cicd.pipeline.task.run.result': 'error' },
      { 'deployment_service.attempt': 2, 'cicd.pipeline.task.run.result': 'success' },
    ]);
    expect(spans.at(-1)).toMatchObject({ message: failure.message, attributes: { 'error.type': 'step_failed' } });
  });

  test.each([
    { so: 'between two stages', steps: stages.slice(0, 2), build: '  build running 4-…' },
    {
      so: 'in a stage',
      steps: [...stages.slice(0, 1), step('compile', 5, undefined, build)],
      build: '  build running 4-…',
    },
    { so: 'after its last stage', steps: stages, build: '  build success 4-11' },
    {
      so: 'when another step follows',
      steps: [...stages.slice(0, 2), step('sign', 9, 1)],
      build: '  build success 4-7',
    },
  ])('of a build $so says so', ({ steps, build }) => {
    const { spans } = trace({ status: 'running' }, steps);
    expect(told(spans)[0]).toBe('deployment running 0-…');
    expect(told(spans)).toContain(build);
  });

  test('of a deployment that waits has a wait without an end', () => {
    const { startedAt: _at, startedAtMs: _ms, ...queued } = aDeployment({ status: 'queued' });
    expect(told(traceOf({ deployment: queued, steps: [] }, hash).spans)).toEqual([
      'deployment running 0-…',
      '  queue.wait running 0-…',
    ]);
    const superseded = { ...queued, status: 'superseded' as const, finishedAtMs: startMs + 3000 };
    expect(told(traceOf({ deployment: superseded, steps: [] }, hash).spans)).toEqual([
      'deployment skip 0-3',
      '  queue.wait skip 0-3',
    ]);
  });

  test('of a retry keeps what the first run was, and puts the next one beneath it', () => {
    const first = [step('source', 1, 1), step('compile', 2, 1, { ...build, status: 'failed', failure })];
    const exported = trace({ status: 'failed', failure, startedAtMs: startMs, finishedAtMs: startMs + 3000 }, first);
    const second = [step('compile', 105, 2, { buildId: 'build:2', attempt: 2, run: 2 })];
    const { spans } = trace(
      { status: 'running', run: 2, queuedAtMs: startMs + 100_000, startedAtMs: startMs + 104_000 },
      [...first, ...second],
    );
    expect(told(spans)).toEqual([
      'deployment failure 0-3',
      '  source.fetch success 1-2',
      '  build failure 2-3',
      '    build.compile failure 2-3',
      '  deployment.retry running 100-…',
      '    queue.wait success 100-104',
      '    build running 105-…',
      '      build.compile success 105-107',
    ]);
    const idsOf = (some: readonly Span[], name: string) =>
      some.filter((span) => span.name === name).map(({ id }) => id);
    for (const name of ['deployment', 'source.fetch']) expect(idsOf(spans, name)).toEqual(idsOf(exported.spans, name));
    expect(idsOf(spans, 'build')[0]).toBe(idsOf(exported.spans, 'build')[0]);
  });

  test('of a release that was taken back ends with the rollback, and with why', () => {
    const why = { code: 'timeout' as const, message: 'It did not answer.' };
    const steps = [
      step('release', 1, 1),
      step('verify', 2, 10, { status: 'failed', failure: why }),
      step('rollback', 12, 1),
    ];
    const { spans } = trace({ status: 'rolled_back', failure: why, finishedAtMs: startMs + 13_000 }, steps);
    expect(told(spans).slice(2)).toEqual([
      '  release.shift success 1-2',
      '  release.verify timeout 2-12',
      '  release.rollback success 12-13',
    ]);
    expect(spans[0]).toMatchObject({ outcome: 'timeout', attributes: { 'cicd.pipeline.result': 'timeout' } });
  });

  test('calls what somebody cut off cancelled, and what was used again skipped', () => {
    const cancel = { by: 'ada', at: moment(9).at };
    const cancelled = trace({ status: 'cancelled', cancel, finishedAtMs: startMs + 9000 }, [
      step('compile', 5, 4, { ...build, status: 'interrupted' }),
    ]);
    expect(told(cancelled.spans).slice(2)).toEqual(['  build cancellation 5-9', '    build.compile cancellation 5-9']);
    const reused = trace({ status: 'running' }, [
      step('source', 1, 1),
      step('bundle', 2, 0, { status: 'reused' }),
      step('sign', 2, 0, { status: 'reused' }),
    ]);
    expect(told(reused.spans).slice(3)).toEqual([
      '  build skip 2-2',
      '    build.bundle skip 2-2',
      '  artifact.sign skip 2-2',
    ]);
  });

  test('counts the tests that ran', () => {
    const report = { type: 'junit' as const, key: 'k', skipped: 0, failed: [] };
    const reports = [
      { ...report, tests: 8, failures: 1, errors: 1 },
      { ...report, tests: 2, failures: 0, errors: 0 },
    ];
    const { spans } = trace({}, [step('test', 1, 1, { status: 'failed', failure, reports })]);
    expect(spans.at(-1)?.attributes).toMatchObject({
      'deployment_service.tests.total': 10,
      'deployment_service.tests.failed': 2,
    });
  });

  test('never tells a secret', () => {
    const message = 'could not reach https://bot:hunter2hunter2@example.com/';
    const bad = { code: 'step_failed' as const, message };
    const { spans } = trace({ status: 'failed', failure: bad, finishedAtMs: startMs }, [
      step('test', 1, 1, { status: 'failed', failure: bad }),
    ]);
    expect(JSON.stringify(spans)).not.toContain('hunter2');
    expect(spans.filter((span) => span.message !== undefined)).not.toEqual([]);
  });

  test('names every step there is, each in its own way', () => {
    expect(Object.keys(stepSpans).toSorted()).toEqual([...stepName.options].toSorted());
    const names = Object.values(stepSpans).map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
  });

  test('is a tree with unique ids that come out the same each time, whatever the record', () => {
    const anyStep = fc.record({
      name: fc.constantFrom(...stepName.options),
      run: fc.integer({ min: 1, max: 3 }),
      status: fc.constantFrom(...stepStatus.options),
      from: fc.integer({ min: 0, max: 500 }),
      took: fc.integer({ min: 0, max: 500 }),
      buildId: fc.constantFrom('build:1', 'build:2', undefined),
    });
    fc.assert(
      fc.property(
        fc.array(anyStep, { maxLength: 15 }),
        fc.constantFrom(...deploymentStatus.options),
        fc.integer({ min: 1, max: 3 }),
        (drawn, status, run) => {
          const steps = drawn.map(({ from, took, buildId, ...each }, index) =>
            step(each.name, from, each.status === 'running' ? undefined : took, {
              ...each,
              attempt: index + 1,
              ...(buildId !== undefined && { buildId }),
            }),
          );
          const deployment = { status, run, finishedAtMs: startMs + 1_000_000 };
          const { spans } = trace(deployment, steps);
          const place = new Map(spans.map(({ id }, index) => [id, index]));
          expect(place.size).toBe(spans.length);
          expect(spans.filter(({ parentId }) => parentId === undefined).map(({ name }) => name)).toEqual([
            'deployment',
          ]);
          for (const [index, { id, parentId, outcome, finishedAtMs, startedAtMs }] of spans.entries()) {
            expect(id).toMatch(/^[0-9a-f]{16}$/);
            if (parentId !== undefined) expect(place.get(parentId)).toBeLessThan(index);
            expect(outcome === 'running').toBe(finishedAtMs === undefined);
            expect(finishedAtMs ?? startedAtMs).toBeGreaterThanOrEqual(startedAtMs);
          }
          expect(spans.filter(({ kind }) => kind === 'internal').length).toBeGreaterThanOrEqual(
            steps.filter((each) => each.run <= run).length,
          );
          expect(
            trace(deployment, steps.toReversed())
              .spans.map(({ id }) => id)
              .toSorted(),
          ).toEqual([...place.keys()].toSorted());
        },
      ),
      { seed: 20_261_124, numRuns: 300 },
    );
  });
});

test.each([
  { run: 1, status: 'running', ended: 0 },
  { run: 1, status: 'failed', ended: 1 },
  { run: 2, status: 'queued', ended: 1 },
  { run: 3, status: 'rolled_back', ended: 3 },
] as const)('in run $run, $status, the last run that is over is $ended', ({ run, status, ended }) => {
  expect(lastEndedRun(aDeployment({ run, status }))).toBe(ended);
});
