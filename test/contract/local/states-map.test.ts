import {
  CreateStateMachineCommand,
  DescribeExecutionCommand,
  GetExecutionHistoryCommand,
  StartExecutionCommand,
} from '@aws-sdk/client-sfn';
import { describe, expect, it } from 'vitest';
import { openStore } from '#local/store.ts';
import { asl, ROLE, statesUnderTest } from './states-under-test.ts';

const stateMachineArn = 'arn:aws:states:eu-west-1:000000000000:stateMachine:each';
const passes = { StartAt: 'Look', States: { Look: { Type: 'Pass', End: true } } };
const breaks = {
  StartAt: 'Check',
  States: {
    Check: { Type: 'Choice', Choices: [{ Condition: '{% $states.input = 3 %}', Next: 'Break' }], Default: 'Rest' },
    Break: { Type: 'Fail', Error: 'three', Cause: 'is too many' },
    Rest: { Type: 'Wait', Seconds: 60, End: true },
  },
};
const each = (fields: object) => asl({ Each: { Type: 'Map', End: true, ...fields } });

async function mapping(definition: string, input: unknown, surroundings: Parameters<typeof statesUnderTest>[1] = {}) {
  const bench = statesUnderTest({}, surroundings);
  await bench.client.send(new CreateStateMachineCommand({ name: 'each', definition, roleArn: ROLE }));
  const { executionArn = '' } = await bench.client.send(
    new StartExecutionCommand({ stateMachineArn, name: 'e1', input: JSON.stringify(input) }),
  );
  await bench.engine.idle();
  return { ...bench, executionArn };
}

async function historyOf({ client }: Pick<ReturnType<typeof statesUnderTest>, 'client'>, executionArn: string) {
  const { events = [] } = await client.send(new GetExecutionHistoryCommand({ executionArn }));
  return events;
}

const chain = (events: Awaited<ReturnType<typeof historyOf>>) =>
  events.map(({ id, previousEventId, type }) => [id, previousEventId, type]);

describe('the history of a Map', () => {
  it('follows the iterations one by one, in the order and with the predecessors that the service gives', async () => {
    const bench = await mapping(each({ ItemProcessor: passes, MaxConcurrency: 1 }), [1, 2]);
    const events = await historyOf(bench, bench.executionArn);
    expect(chain(events)).toEqual([
      [1, 0, 'ExecutionStarted'],
      [2, 0, 'MapStateEntered'],
      [3, 2, 'MapStateStarted'],
      [4, 3, 'MapIterationStarted'],
      [5, 4, 'PassStateEntered'],
      [6, 5, 'PassStateExited'],
      [7, 6, 'MapIterationSucceeded'],
      [8, 6, 'MapIterationStarted'],
      [9, 8, 'PassStateEntered'],
      [10, 9, 'PassStateExited'],
      [11, 10, 'MapIterationSucceeded'],
      [12, 11, 'MapStateSucceeded'],
      [13, 11, 'MapStateExited'],
      [14, 13, 'ExecutionSucceeded'],
    ]);
    expect(events[2]?.mapStateStartedEventDetails).toEqual({ length: 2 });
    expect(events[7]?.mapIterationStartedEventDetails).toEqual({ name: 'Each', index: 1 });
    expect(events[10]?.mapIterationSucceededEventDetails).toEqual({ name: 'Each', index: 1 });
    expect(events[12]?.stateExitedEventDetails).toMatchObject({ name: 'Each', output: '[1,2]' });
  });

  it('begins all iterations upon the beginning of the Map when all may run', async () => {
    const bench = await mapping(each({ ItemProcessor: passes }), ['a', 'b', 'c']);
    expect(chain(await historyOf(bench, bench.executionArn)).slice(2, 6)).toEqual([
      [3, 2, 'MapStateStarted'],
      [4, 3, 'MapIterationStarted'],
      [5, 3, 'MapIterationStarted'],
      [6, 3, 'MapIterationStarted'],
    ]);
  });

  it('of nothing is a beginning and an end', async () => {
    const bench = await mapping(each({ ItemProcessor: passes }), []);
    expect(chain(await historyOf(bench, bench.executionArn)).slice(2)).toEqual([
      [3, 2, 'MapStateStarted'],
      [4, 3, 'MapStateSucceeded'],
      [5, 3, 'MapStateExited'],
      [6, 5, 'ExecutionSucceeded'],
    ]);
  });

  it('tells of the iteration that failed, of those that ended with it, and of the Map once no attempt is left', async () => {
    const Retry = [{ ErrorEquals: ['three'], IntervalSeconds: 1, MaxAttempts: 1 }];
    const bench = await mapping(each({ ItemProcessor: breaks, Retry }), [1, 3]);
    await bench.finish(bench.executionArn);
    const events = await historyOf(bench, bench.executionArn);
    const failed = events.flatMap(({ id = 0, type }) => (type === 'MapIterationFailed' ? [id] : []));
    expect(failed).toHaveLength(2);
    const [first = 0, second = 0] = failed;
    const follows = events[first - 1]?.previousEventId;
    expect(events[first - 1]?.mapIterationFailedEventDetails).toEqual({ name: 'Each', index: 1 });
    expect(chain(events.slice(first - 1, first + 3))).toEqual([
      [first, follows, 'MapIterationFailed'],
      [first + 1, follows, 'WaitStateAborted'],
      [first + 2, follows, 'MapIterationAborted'],
      [first + 3, follows, 'MapStateStarted'],
    ]);
    expect(events[first + 1]?.mapIterationAbortedEventDetails).toEqual({ name: 'Each', index: 0 });
    expect(chain(events.slice(second + 2))).toEqual([
      [second + 3, events[second - 1]?.previousEventId, 'MapStateFailed'],
      [second + 4, second + 3, 'ExecutionFailed'],
    ]);
    expect(events.at(-1)?.executionFailedEventDetails).toEqual({ error: 'three', cause: 'is too many' });
  });

  it('has nothing of the processor when the items are none', async () => {
    const bench = await mapping(each({ ItemProcessor: passes, Items: '{% $states.input.n %}' }), { n: 1 });
    const events = await historyOf(bench, bench.executionArn);
    expect(events.slice(2).map(({ type }) => type)).toEqual(['EvaluationFailed', 'MapStateFailed', 'ExecutionFailed']);
    expect(events[2]?.evaluationFailedEventDetails).toMatchObject({
      error: 'States.QueryEvaluationError',
      location: 'Items',
      state: 'Each',
    });
  });
});

describe('a machine with a Map', () => {
  it.each([
    ['tolerated failures', { ToleratedFailureCount: 1 }],
    ['an item reader', { ItemReader: {} }],
    ['batches', { ItemBatcher: { MaxItemsPerBatch: 2 } }],
    ['a place for results', { ResultWriter: {} }],
    ['a distributed processor', { ItemProcessor: { ...passes, ProcessorConfig: { Mode: 'DISTRIBUTED' } } }],
    ['the old name of the processor', { Iterator: passes }],
    ['no processor', { ItemProcessor: undefined }],
  ])('is refused with %s', async (_, fields) => {
    const { client } = statesUnderTest();
    const definition = each({ ItemProcessor: passes, ...fields });
    const create = client.send(new CreateStateMachineCommand({ name: 'each', definition, roleArn: ROLE }));
    await expect(create).rejects.toMatchObject({ name: 'InvalidDefinition' });
  });
});

it('a Map goes on after a restart of the host where it was', async () => {
  const store = openStore(':memory:');
  const naps = { StartAt: 'Nap', States: { Nap: { Type: 'Wait', Seconds: '{% $states.input %}', End: true } } };
  const before = await mapping(each({ ItemProcessor: naps, MaxConcurrency: 2 }), [10, 100, 20], { store });
  await before.clock.advance(15_000);
  before.engine.close();

  const after = statesUnderTest({}, { store, clock: before.clock });
  await before.clock.advance(40_000);
  after.engine.resume();
  await after.finish(before.executionArn);
  const told = await after.client.send(new DescribeExecutionCommand({ executionArn: before.executionArn }));
  expect(told).toMatchObject({
    status: 'SUCCEEDED',
    output: '[10,100,20]',
    stopDate: new Date(Date.UTC(2026, 0, 1) + 100_000),
  });
  const types = (await historyOf(after, before.executionArn)).map(({ type }) => type);
  expect(types.filter((type) => type === 'MapIterationStarted')).toHaveLength(3);
});
