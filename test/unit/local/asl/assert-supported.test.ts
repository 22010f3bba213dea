import { describe, expect, it } from 'vitest';
import { assertSupported, UnsupportedDefinition } from '#local/asl/assert-supported.ts';
import { validateAslText } from '#test/support/validate-asl.ts';

const GOOD = {
  Comment: 'all kinds of state',
  QueryLanguage: 'JSONata',
  StartAt: 'Call',
  TimeoutSeconds: 3600,
  States: {
    Call: {
      Type: 'Task',
      Resource: 'arn:aws:states:::lambda:invoke',
      Arguments: { FunctionName: 'f', Payload: '{% $states.input %}' },
      TimeoutSeconds: 60,
      Assign: { answer: '{% $states.result.Payload %}' },
      Retry: [{ ErrorEquals: ['Lambda.Unknown'], IntervalSeconds: 1, MaxAttempts: 2, JitterStrategy: 'FULL' }],
      Catch: [{ ErrorEquals: ['States.ALL'], Next: 'Sorry', Output: '{% $states.errorOutput %}' }],
      Next: 'Fork',
    },
    Fork: {
      Type: 'Parallel',
      Branches: [{ StartAt: 'Rest', States: { Rest: { Type: 'Wait', Seconds: 1, End: true } } }],
      Next: 'Each',
    },
    Each: {
      Type: 'Map',
      Items: '{% $states.input %}',
      ItemSelector: { item: '{% $states.context.Map.Item.Value %}' },
      MaxConcurrency: 2,
      ItemProcessor: {
        ProcessorConfig: { Mode: 'INLINE' },
        StartAt: 'Await',
        States: {
          Await: {
            Type: 'Task',
            Resource: 'arn:aws:states:::lambda:invoke.waitForTaskToken',
            Arguments: { FunctionName: 'f', Payload: { token: '{% $states.context.Task.Token %}' } },
            HeartbeatSeconds: 30,
            TimeoutSeconds: '{% $states.input.item %}',
            End: true,
          },
        },
      },
      Retry: [{ ErrorEquals: ['States.HeartbeatTimeout'] }],
      Next: 'Nest',
    },
    Nest: {
      Type: 'Task',
      Resource: 'arn:aws:states:::states:startExecution.sync:2',
      Arguments: { StateMachineArn: 'arn:aws:states:eu-west-1:000000000000:stateMachine:child:live', Input: {} },
      Next: 'Ask',
    },
    Ask: { Type: 'Choice', Choices: [{ Condition: '{% $answer = 1 %}', Next: 'Fine' }], Default: 'Sorry' },
    Fine: { Type: 'Pass', Output: {}, Next: 'Done' },
    Done: { Type: 'Succeed' },
    Sorry: { Type: 'Fail', Error: 'sorry', Cause: '{% $states.input.Cause %}' },
  },
};

function faultsOf(definition: unknown): Record<string, string> {
  try {
    assertSupported(definition);
  } catch (error) {
    if (error instanceof UnsupportedDefinition) {
      return Object.fromEntries(error.faults.map(({ place, message }) => [place, message]));
    }
    throw error;
  }
  return {};
}

const withState = (state: object) => ({
  ...GOOD,
  States: { ...GOOD.States, Fine: { Type: 'Pass', Next: 'Done', ...state } },
});

describe('assertSupported', () => {
  it('accepts what both public validators accept', async () => {
    expect(faultsOf(GOOD)).toEqual({});
    expect(await validateAslText(JSON.stringify(GOOD))).toEqual([]);
  });

  it('names all faults at once, each with its place', () => {
    const faults = faultsOf({
      QueryLanguage: 'JSONPath',
      StartAt: 'Nowhere',
      Extra: 1,
      States: {
        Map: {
          Type: 'Map',
          Items: { a: 1 },
          ToleratedFailurePercentage: 5,
          ItemProcessor: {
            ProcessorConfig: { Mode: 'DISTRIBUTED' },
            StartAt: 'Each',
            States: { Each: { Type: 'Succeed' } },
          },
          End: true,
        },
        Hold: { Type: 'Activity', End: true },
        Call: {
          Type: 'Task',
          Resource: 'arn:aws:states:::sqs:sendMessage',
          HeartbeatSeconds: 5,
          Next: 'Map',
          End: true,
        },
        'a/b': { Type: 'Wait', Seconds: 1.5, Timestamp: 'soon', Next: 'Absent' },
      },
    });
    expect(Object.keys(faults).toSorted()).toEqual(
      [
        '/Extra',
        '/QueryLanguage',
        '/StartAt',
        '/States/Call',
        '/States/Call/HeartbeatSeconds',
        '/States/Call/Resource',
        '/States/Hold/Type',
        '/States/Map/ItemProcessor/ProcessorConfig',
        '/States/Map/Items',
        '/States/Map/ToleratedFailurePercentage',
        '/States/a~1b',
        '/States/a~1b/Next',
        '/States/a~1b/Seconds',
        '/States/a~1b/Timestamp',
      ].toSorted(),
    );
    expect(faults['/States/Hold/Type']).toBe('the local interpreter does not support states of type "Activity"');
    expect(faults['/States/Map/ToleratedFailurePercentage']).toContain('does not support ToleratedFailurePercentage');
    expect(faults['/States/Call/HeartbeatSeconds']).toContain('does not support HeartbeatSeconds');
  });

  it.each([
    ['a JSONPath field', { InputPath: '$' }, '/States/Fine/InputPath'],
    ['an expression that is no JSONata', { Output: { a: ['{% 1 + %}'] } }, '/States/Fine/Output/a/0'],
    ['a variable named states', { Assign: { states: 1 } }, '/States/Fine/Assign/states'],
    ['a variable that JSONata cannot name', { Assign: { 'a-b': 1 } }, '/States/Fine/Assign/a-b'],
    ['a Retry on a state that cannot have one', { Retry: [] }, '/States/Fine/Retry'],
    ['End and Next together', { End: true }, '/States/Fine'],
  ])('refuses %s', (_, state, place) => {
    expect(Object.keys(faultsOf(withState(state)))).toEqual([place]);
  });

  it.each([
    [{ ErrorEquals: ['States.ALL', 'x'], MaxAttempts: 1 }, '/States/Call/Retry/0/ErrorEquals'],
    [{ ErrorEquals: [] }, '/States/Call/Retry/0/ErrorEquals'],
    [{ ErrorEquals: ['x'], BackoffRate: 0.5 }, '/States/Call/Retry/0/BackoffRate'],
    [{ ErrorEquals: ['x'], JitterStrategy: 'SOME' }, '/States/Call/Retry/0/JitterStrategy'],
    [{ IntervalSeconds: 1 }, '/States/Call/Retry/0'],
  ])('refuses the Retrier %j', (rule, place) => {
    const definition = { ...GOOD, States: { ...GOOD.States, Call: { ...GOOD.States.Call, Retry: [rule] } } };
    expect(Object.keys(faultsOf(definition))).toEqual([place]);
  });

  it.each([
    ['on a task that waits for no token', { HeartbeatSeconds: 5 }],
    ['that is no number', { HeartbeatSeconds: 'often', Resource: 'arn:aws:states:::lambda:invoke.waitForTaskToken' }],
    [
      'as long as the task may take',
      { HeartbeatSeconds: 60, Resource: 'arn:aws:states:::lambda:invoke.waitForTaskToken' },
    ],
  ])('refuses a heartbeat %s', (_, fields) => {
    const definition = { ...GOOD, States: { ...GOOD.States, Call: { ...GOOD.States.Call, ...fields } } };
    expect(Object.keys(faultsOf(definition))).toEqual(['/States/Call/HeartbeatSeconds']);
  });

  it('refuses transitions out of an iteration, and variables of an outer scope in it', () => {
    const ItemProcessor = { StartAt: 'In', States: { In: { Type: 'Pass', Assign: { answer: 2 }, Next: 'Done' } } };
    const definition = { ...GOOD, States: { ...GOOD.States, Each: { ...GOOD.States.Each, ItemProcessor } } };
    expect(Object.keys(faultsOf(definition)).toSorted()).toEqual([
      '/States/Each/ItemProcessor/States/In/Assign/answer',
      '/States/Each/ItemProcessor/States/In/Next',
    ]);
  });

  it('refuses transitions out of a branch, names used twice and variables of an outer scope', () => {
    const branch = {
      StartAt: 'Fine',
      States: { Fine: { Type: 'Pass', Assign: { answer: 2, own: 1 }, Next: 'Done' } },
    };
    const definition = { ...GOOD, States: { ...GOOD.States, Fork: { ...GOOD.States.Fork, Branches: [branch] } } };
    expect(Object.keys(faultsOf(definition)).toSorted()).toEqual([
      '/States/Fine',
      '/States/Fork/Branches/0/States/Fine/Assign/answer',
      '/States/Fork/Branches/0/States/Fine/Next',
    ]);
  });

  it('leaves nothing to the public validators that it does not see itself', async () => {
    const unreachableEnd = { ...GOOD, States: { ...GOOD.States, Fine: { Type: 'Pass', Next: 'Absent' } } };
    expect(await validateAslText(JSON.stringify(unreachableEnd))).not.toEqual([]);
    expect(faultsOf(unreachableEnd)).not.toEqual({});
  });
});
