import { describe, expect, it } from 'vitest';
import type { Integration } from '#local/asl/integration.ts';
import type { StatusChange } from '#local/asl/status-change.ts';
import { engineUnderTest, outputOf, BUILD } from './engine-under-test.ts';

function endless(stopped: string[] = []): Integration {
  return {
    start(_, { attempt, submitted }) {
      submitted(`b${attempt}`);
      return new Promise(() => undefined);
    },
    async stop(reference) {
      stopped.push(reference);
    },
  };
}

const build = (more: object) => ({
  StartAt: 'Build',
  States: { Build: { Type: 'Task', Resource: BUILD, Arguments: {}, End: true, ...more }, Late: { Type: 'Succeed' } },
});

describe('TimeoutSeconds', () => {
  it('of a task fails it with States.Timeout and stops its work', async () => {
    const stopped: string[] = [];
    const { run, times } = engineUnderTest({ integrations: { [BUILD]: endless(stopped) } });
    const ended = await run(build({ TimeoutSeconds: 30 }));
    expect(ended).toMatchObject({ status: 'FAILED', error: 'States.Timeout' });
    expect(times(ended.arn, 'TaskTimedOut')).toEqual([30]);
    expect(stopped).toEqual(['b1']);
  });

  it('of a task can be an expression, is counted per attempt, and can be caught', async () => {
    const stopped: string[] = [];
    const { run, times } = engineUnderTest({ integrations: { [BUILD]: endless(stopped) } });
    const ended = await run(
      build({
        TimeoutSeconds: '{% $states.input.limit %}',
        Retry: [{ ErrorEquals: ['States.Timeout'], MaxAttempts: 1, IntervalSeconds: 5 }],
        Catch: [{ ErrorEquals: ['States.Timeout'], Next: 'Late' }],
      }),
      { limit: 10 },
    );
    expect(times(ended.arn, 'TaskTimedOut')).toEqual([10, 25]);
    expect(outputOf(ended)).toEqual({ Error: 'States.Timeout' });
    expect(stopped).toEqual(['b1', 'b2']);
  });

  it('of the machine ends the execution as TIMED_OUT, past any Catch', async () => {
    const stopped: string[] = [];
    const { run } = engineUnderTest({ integrations: { [BUILD]: endless(stopped) } });
    const ended = await run({
      ...build({ Catch: [{ ErrorEquals: ['States.ALL'], Next: 'Late' }] }),
      TimeoutSeconds: 60,
    });
    expect(ended.status).toBe('TIMED_OUT');
    expect((ended.stoppedAt ?? 0) - ended.startedAt).toBe(60_000);
    expect(stopped).toEqual(['b1']);
  });
});

describe('stop', () => {
  it('ends an execution as ABORTED at once, stops its work, cancels its timers and runs no Catch', async () => {
    const stopped: string[] = [];
    const { start, engine, clock, story } = engineUnderTest({ integrations: { [BUILD]: endless(stopped) } });
    const arn = start(build({ TimeoutSeconds: 60, Catch: [{ ErrorEquals: ['States.ALL'], Next: 'Late' }] }));
    await engine.idle();
    const ended = engine.stop(arn, { error: 'operator', cause: 'asked to' });
    expect(ended).toMatchObject({ status: 'ABORTED', error: 'operator', cause: 'asked to' });
    await engine.idle();
    await clock.advance(120_000);
    expect(stopped).toEqual(['b1']);
    expect(story(arn).at(-1)).toBe('ExecutionAborted');
    expect(engine.stop(arn, {})).toEqual(ended);
  });

  it('also stops work that is handed over only after the end', async () => {
    const stopped: string[] = [];
    let submit = (): void => undefined;
    const late: Integration = {
      start: (_, { submitted }) =>
        new Promise(() => {
          submit = () => submitted('late');
        }),
      stop: async (reference) => void stopped.push(reference),
    };
    const { start, engine } = engineUnderTest({ integrations: { [BUILD]: late } });
    const arn = start(build({}));
    while (submit.toString() === '() => void 0' || engine.journal.lines(1).length < 4) {
      await new Promise((resolve) => setImmediate(resolve));
    }
    engine.stop(arn, {});
    submit();
    await engine.idle();
    expect(stopped).toEqual(['late']);
  });
});

describe('status changes', () => {
  it('tell of the start and the end with input and output', async () => {
    const changes: StatusChange[] = [];
    const { run } = engineUnderTest({ onStatusChange: (change) => void changes.push(change) });
    await run({ StartAt: 'P', States: { P: { Type: 'Pass', Output: 7, End: true } } }, { a: 1 });
    expect(changes.map(({ detail }) => detail['status'])).toEqual(['RUNNING', 'SUCCEEDED']);
    expect(changes[1]).toMatchObject({
      source: 'aws.states',
      'detail-type': 'Step Functions Execution Status Change',
      resources: ['arn:execution:run'],
      detail: {
        executionArn: 'arn:execution:run',
        stateMachineArn: 'arn:machine',
        name: 'run',
        startDate: Date.UTC(2026, 0, 1),
        stopDate: Date.UTC(2026, 0, 1),
        input: '{"a":1}',
        output: '7',
        error: null,
      },
    });
  });

  it('are told again, in order, until they are taken', async () => {
    const told: unknown[] = [];
    let refusals = 2;
    const { run, engine, clock } = engineUnderTest({
      async onStatusChange({ detail }) {
        told.push(detail['status']);
        if (refusals-- > 0) throw new Error('bus away');
      },
    });
    const said = console.error;
    console.error = () => undefined;
    try {
      await run({ StartAt: 'P', States: { P: { Type: 'Pass', End: true } } });
      await clock.advance(5000);
      await engine.idle();
    } finally {
      console.error = said;
    }
    expect(told).toEqual(['RUNNING', 'RUNNING', 'RUNNING', 'SUCCEEDED']);
  });
});
