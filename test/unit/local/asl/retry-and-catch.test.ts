import { describe, expect, it } from 'vitest';
import { TaskError, type Integration } from '#local/asl/integration.ts';
import { engineUnderTest, outputOf, WORK } from './engine-under-test.ts';

/** Fails with each error in turn, then answers with the number of calls. */
function failing(...errors: readonly string[]): Integration & { readonly attempts: number[] } {
  const attempts: number[] = [];
  return {
    attempts,
    async start(_, { attempt }) {
      attempts.push(attempt);
      const error = errors[attempts.length - 1];
      if (error !== undefined) throw new TaskError(error, `cause of ${error}`);
      return attempts.length;
    },
  };
}

const task = (more: object) => ({
  StartAt: 'Work',
  States: {
    Work: { Type: 'Task', Resource: WORK, Arguments: {}, End: true, ...more },
    First: { Type: 'Pass', Output: { first: '{% $states.input %}' }, End: true },
    Second: { Type: 'Pass', Output: { second: '{% $states.input %}' }, End: true },
  },
});

const five = Array.from({ length: 5 }, () => 'busy');

describe('Retry', () => {
  it.each([
    ['1, 2 and 4 seconds apart by default', {}, [0, 1, 3, 7]],
    ['by its interval and rate', { IntervalSeconds: 3, BackoffRate: 1.5, MaxAttempts: 4 }, [0, 3, 7.5, 14.25, 24.375]],
    [
      'no longer apart than MaxDelaySeconds',
      { IntervalSeconds: 4, MaxDelaySeconds: 6, MaxAttempts: 4 },
      [0, 4, 10, 16, 22],
    ],
    ['with full jitter, anywhere up to the delay', { IntervalSeconds: 8, JitterStrategy: 'FULL' }, [0, 4, 8, 32]],
    ['never with MaxAttempts 0', { MaxAttempts: 0 }, [0]],
  ])('makes attempts %s', async (_, rule, seconds) => {
    const { run, times } = engineUnderTest({ integrations: { [WORK]: failing(...five) } });
    const ended = await run(task({ Retry: [{ ErrorEquals: ['busy'], ...rule }] }));
    expect(times(ended.arn, 'TaskScheduled')).toEqual(seconds);
    expect(ended).toMatchObject({ status: 'FAILED', error: 'busy', cause: 'cause of busy' });
  });

  it('counts for each Retrier alone, and the first that covers an error is the one asked', async () => {
    const work = failing('busy', 'odd', 'busy', 'odd', 'busy');
    const { run, times } = engineUnderTest({ integrations: { [WORK]: work } });
    const ended = await run(
      task({
        Retry: [
          { ErrorEquals: ['busy'], IntervalSeconds: 10, BackoffRate: 1, MaxAttempts: 2 },
          { ErrorEquals: ['States.ALL'], IntervalSeconds: 100, BackoffRate: 1, MaxAttempts: 9 },
        ],
      }),
    );
    expect(times(ended.arn, 'TaskScheduled')).toEqual([0, 10, 110, 120, 220]);
    expect(ended.error).toBe('busy');
    expect(work.attempts).toEqual([1, 2, 3, 4, 5]);
  });

  it('begins anew when the state is entered again, and shows its count in the context', async () => {
    const work = failing('busy', 'busy');
    const { run } = engineUnderTest({
      integrations: { [WORK]: { start: async (args, context) => (await work.start(args, context), args) } },
    });
    const ended = await run({
      StartAt: 'Work',
      States: {
        Work: {
          Type: 'Task',
          Resource: WORK,
          Arguments: '{% $states.context.State.RetryCount %}',
          Retry: [{ ErrorEquals: ['busy'], MaxAttempts: 2 }],
          Assign: { n: '{% ($exists($n) ? $n : 0) + 1 %}' },
          Next: 'Twice',
        },
        Twice: { Type: 'Choice', Choices: [{ Condition: '{% $n < 2 %}', Next: 'Work' }], Default: 'Done' },
        Done: { Type: 'Succeed' },
      },
    });
    expect(work.attempts).toEqual([1, 2, 3, 1]);
    expect(outputOf(ended)).toBe(0);
  });

  it('covers a failed evaluation, so the task runs again', async () => {
    const work = failing();
    const { run } = engineUnderTest({ integrations: { [WORK]: work } });
    const ended = await run(
      task({
        Output: '{% $states.result >= 3 ? $states.result : $error("not yet") %}',
        Retry: [{ ErrorEquals: ['States.QueryEvaluationError'], MaxAttempts: 5 }],
      }),
    );
    expect(outputOf(ended)).toBe(3);
  });
});

describe('Catch', () => {
  it('goes where the first Catcher that covers the error says, with the error as output', async () => {
    const { run } = engineUnderTest({ integrations: { [WORK]: failing('odd') } });
    const ended = await run(
      task({
        Catch: [
          { ErrorEquals: ['busy'], Next: 'Second' },
          { ErrorEquals: ['odd', 'busy'], Next: 'First' },
          { ErrorEquals: ['States.ALL'], Next: 'Second' },
        ],
      }),
    );
    expect(outputOf(ended)).toEqual({ first: { Error: 'odd', Cause: 'cause of odd' } });
  });

  it('is asked only when Retry grants no more', async () => {
    const { run, story } = engineUnderTest({ integrations: { [WORK]: failing('busy', 'busy', 'busy') } });
    const ended = await run(
      task({
        Retry: [{ ErrorEquals: ['States.TaskFailed'], MaxAttempts: 1 }],
        Catch: [{ ErrorEquals: ['States.ALL'], Next: 'First' }],
      }),
    );
    expect(story(ended.arn).filter((event) => event.startsWith('TaskFailed'))).toHaveLength(2);
    expect(ended.status).toBe('SUCCEEDED');
  });

  it('has an Output and an Assign of its own, which see $states.errorOutput', async () => {
    const { run } = engineUnderTest({ integrations: { [WORK]: failing('odd') } });
    const ended = await run({
      StartAt: 'Work',
      States: {
        Work: {
          Type: 'Task',
          Resource: WORK,
          Arguments: {},
          Output: 'never',
          Catch: [
            {
              ErrorEquals: ['odd'],
              Next: 'Tell',
              Output: '{% $states.errorOutput.Error %}',
              Assign: { cause: '{% $states.errorOutput.Cause %}' },
            },
          ],
          End: true,
        },
        Tell: { Type: 'Pass', Output: '{% $states.input & ": " & $cause %}', End: true },
      },
    });
    expect(outputOf(ended)).toBe('odd: cause of odd');
  });

  it('does not catch a failure of its own expressions again', async () => {
    const { run } = engineUnderTest({ integrations: { [WORK]: failing('odd') } });
    const ended = await run(
      task({ Catch: [{ ErrorEquals: ['States.ALL'], Next: 'First', Output: '{% $states.nothing %}' }] }),
    );
    expect(ended).toMatchObject({ status: 'FAILED', error: 'States.QueryEvaluationError' });
    expect(ended.cause).toContain("'Catch[0]/Output'");
  });

  it('names any other rejection of an integration States.TaskFailed', async () => {
    const start = (): Promise<never> => Promise.reject(new Error('socket closed'));
    const { run } = engineUnderTest({ integrations: { [WORK]: { start } } });
    expect(await run(task({}))).toMatchObject({ error: 'States.TaskFailed', cause: 'socket closed' });
  });
});
