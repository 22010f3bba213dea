import { describe, expect, it } from 'vitest';
import { engineUnderTest, outputOf, WORK } from './engine-under-test.ts';

const one = (state: object) => ({ StartAt: 'Only', States: { Only: state } });

describe('states of the interpreter', () => {
  it('hand the output of one state to the next as its input', async () => {
    const { run } = engineUnderTest();
    const ended = await run(
      {
        StartAt: 'Double',
        States: {
          Double: { Type: 'Pass', Output: { n: '{% $states.input.n * 2 %}' }, Next: 'Keep' },
          Keep: { Type: 'Pass', Next: 'Done' },
          Done: { Type: 'Succeed', Output: '{% $states.input.n + 1 %}' },
        },
      },
      { n: 20 },
    );
    expect(ended.status).toBe('SUCCEEDED');
    expect(outputOf(ended)).toBe(41);
  });

  it('evaluate Assign and Output with the variables as they were on entry', async () => {
    const { run } = engineUnderTest();
    const ended = await run({
      StartAt: 'First',
      States: {
        First: { Type: 'Pass', Assign: { a: 1, b: 10 }, Next: 'Swap' },
        Swap: { Type: 'Pass', Assign: { a: '{% $b %}', b: '{% $a %}' }, Output: '{% [$a, $b] %}', Next: 'Last' },
        Last: { Type: 'Pass', Output: { before: '{% $states.input %}', after: '{% [$a, $b] %}' }, End: true },
      },
    });
    expect(outputOf(ended)).toEqual({ before: [1, 10], after: [10, 1] });
  });

  it('take the first Choice rule that holds, with its own Output and Assign, and else the Default', async () => {
    const definition = {
      StartAt: 'Size',
      States: {
        Size: {
          Type: 'Choice',
          Choices: [
            { Condition: '{% $states.input.n > 10 %}', Next: 'Tell', Output: 'large', Assign: { rule: 1 } },
            { Condition: '{% $states.input.n > 5 %}', Next: 'Tell', Output: 'middle', Assign: { rule: 2 } },
          ],
          Default: 'Tell',
          Output: 'small',
          Assign: { rule: 0 },
        },
        Tell: { Type: 'Pass', Output: '{% $states.input & $string($rule) %}', End: true },
      },
    };
    for (const [n, said] of [
      [20, 'large1'],
      [7, 'middle2'],
      [1, 'small0'],
    ] as const) {
      expect(outputOf(await engineUnderTest().run(definition, { n }))).toBe(said);
    }
  });

  it('fail with States.NoChoiceMatched when nothing holds and there is no Default', async () => {
    const { run } = engineUnderTest();
    const ended = await run({
      StartAt: 'Size',
      States: {
        Size: { Type: 'Choice', Choices: [{ Condition: '{% false %}', Next: 'Never' }] },
        Never: { Type: 'Succeed' },
      },
    });
    expect(ended).toMatchObject({ status: 'FAILED', error: 'States.NoChoiceMatched' });
  });

  it('wait for seconds and until a timestamp', async () => {
    const { run, times } = engineUnderTest();
    const ended = await run({
      StartAt: 'Seconds',
      States: {
        Seconds: { Type: 'Wait', Seconds: '{% 30 + 60 %}', Next: 'Until' },
        Until: { Type: 'Wait', Timestamp: '2026-01-01T01:00:00Z', Next: 'Past' },
        Past: { Type: 'Wait', Timestamp: '2020-01-01T00:00:00Z', End: true },
      },
    });
    expect(times(ended.arn, 'StateExited')).toEqual([90, 3600, 3600]);
  });

  it('end an execution with the error and cause of a Fail state', async () => {
    const { run } = engineUnderTest();
    const ended = await run(one({ Type: 'Fail', Error: 'no_room', Cause: "{% 'for ' & $states.input.who %}" }), {
      who: 'us',
    });
    expect(ended).toMatchObject({ status: 'FAILED', error: 'no_room', cause: 'for us' });
  });

  it('see themselves, their execution and their machine in $states.context', async () => {
    const { run } = engineUnderTest();
    const ended = await run(one({ Type: 'Pass', Output: '{% $states.context %}', End: true }), { x: 1 });
    expect(outputOf(ended)).toEqual({
      Execution: {
        Id: 'arn:execution:run',
        Input: { x: 1 },
        Name: 'run',
        RoleArn: 'arn:role',
        StartTime: '2026-01-01T00:00:00.000Z',
        RedriveCount: 0,
      },
      State: { Name: 'Only', EnteredTime: '2026-01-01T00:00:00.000Z', RetryCount: 0 },
      StateMachine: { Id: 'arn:machine', Name: 'machine' },
    });
  });

  it('put the result of a task into $states.result, null included', async () => {
    const { run } = engineUnderTest({ integrations: { [WORK]: { start: async () => null } } });
    const task = { Type: 'Task', Resource: WORK, Arguments: {}, End: true };
    expect(outputOf(await run(one(task), { kept: false }))).toBeNull();
    const told = engineUnderTest({ integrations: { [WORK]: { start: async (args) => ({ args }) } } });
    const ended = await told.run(
      one({ ...task, Arguments: { n: '{% $states.input.n %}' }, Output: '{% $states.result.args.n + 1 %}' }),
      { n: 1 },
    );
    expect(outputOf(ended)).toBe(2);
  });

  it.each([
    ['nothing', '{% $states.input.absent %}', 'Output/x', 'returned nothing (undefined).'],
    ['an error', '{% 1 + "a" %}', 'Output/x', 'threw an error during evaluation.'],
    ['a function', '{% function($a) { $a } %}', 'Output/x', 'threw an error during evaluation.'],
  ])('fail with States.QueryEvaluationError when an expression gives %s', async (_, x, location, problem) => {
    const { run, engine } = engineUnderTest();
    const ended = await run(one({ Type: 'Pass', Output: { x }, End: true }));
    expect(ended).toMatchObject({ status: 'FAILED', error: 'States.QueryEvaluationError' });
    expect(ended.cause).toContain(`executing the state 'Only' (entered at the event id #2). The JSONata expression`);
    expect(ended.cause).toContain(problem);
    const entries = engine.journal.lines(ended.key).map(({ entry }) => entry);
    expect(entries).toContainEqual(expect.objectContaining({ kind: 'EvaluationFailed', location, state: 'Only' }));
  });

  it('fail when a condition is no boolean or a duration no number', async () => {
    const choice = {
      StartAt: 'Ask',
      States: {
        Ask: { Type: 'Choice', Choices: [{ Condition: '{% 1 %}', Next: 'End' }] },
        End: { Type: 'Succeed' },
      },
    };
    const first = await engineUnderTest().run(choice);
    expect(first.cause).toContain(
      "field 'Choices[0]/Condition' returned an unexpected result type. Expected 'boolean'",
    );
    const second = await engineUnderTest().run(one({ Type: 'Wait', Seconds: "{% 'soon' %}", End: true }));
    expect(second.cause).toContain(`Expected 'number', but was 'string' for value: "soon"`);
    const third = await engineUnderTest().run(one({ Type: 'Wait', Seconds: '{% -1 %}', End: true }));
    expect(third.error).toBe('States.QueryEvaluationError');
  });

  it('refuse data beyond 256 KiB with an error that States.ALL does not catch', async () => {
    const { run } = engineUnderTest({ integrations: { [WORK]: { start: async () => 'x'.repeat(262_143) } } });
    const guarded = {
      StartAt: 'Fetch',
      States: {
        Fetch: {
          Type: 'Task',
          Resource: WORK,
          Arguments: {},
          Catch: [{ ErrorEquals: ['States.ALL'], Next: 'Caught' }],
          End: true,
        },
        Caught: { Type: 'Succeed' },
      },
    };
    expect(await run(guarded)).toMatchObject({ status: 'FAILED', error: 'States.DataLimitExceeded' });
    const big = one({ Type: 'Pass', Output: "{% $pad('', 262143, 'x') %}", End: true });
    expect(await engineUnderTest().run(big)).toMatchObject({ status: 'FAILED', error: 'States.DataLimitExceeded' });
    const fits = one({ Type: 'Pass', Output: "{% $pad('', 262142, 'x') %}", End: true });
    expect((await engineUnderTest().run(fits)).status).toBe('SUCCEEDED');
  });

  it('fail an execution whose history reaches 25,000 events', async () => {
    const { run, engine } = engineUnderTest();
    const ended = await run({ StartAt: 'Again', States: { Again: { Type: 'Pass', Next: 'Again' } } });
    expect(ended).toMatchObject({ status: 'FAILED', error: 'States.Runtime' });
    expect(engine.journal.lines(ended.key).at(-1)).toMatchObject({ id: 25_000, entry: { kind: 'ExecutionFailed' } });
  });
});
