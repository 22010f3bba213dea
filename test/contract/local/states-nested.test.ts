import {
  CreateStateMachineAliasCommand,
  CreateStateMachineCommand,
  DescribeExecutionCommand,
  GetExecutionHistoryCommand,
  ListExecutionsCommand,
  StartExecutionCommand,
  StopExecutionCommand,
} from '@aws-sdk/client-sfn';
import { describe, expect, it } from 'vitest';
import { STATES_START_EXECUTION } from '#local/asl/integrations/states-start-execution.ts';
import { openStore } from '#local/store.ts';
import { asl, ROLE, statesUnderTest, waiting } from './states-under-test.ts';

const machine = (name: string): string => `arn:aws:states:eu-west-1:000000000000:stateMachine:${name}`;
const execution = (name: string): string => `arn:aws:states:eu-west-1:000000000000:execution:${name}`;
const startMs = Date.UTC(2026, 0, 1);

const nested = (Arguments: object = {}, more: object = {}) =>
  asl({
    Nest: {
      Type: 'Task',
      Resource: STATES_START_EXECUTION,
      Arguments: { StateMachineArn: machine('child'), Input: { n: '{% $states.input.n %}' }, ...Arguments },
      End: true,
      ...more,
    },
    Caught: { Type: 'Pass', Output: '{% $states.input %}', End: true },
  });

async function family(child: string, parent: string, surroundings: Parameters<typeof statesUnderTest>[1] = {}) {
  const bench = statesUnderTest({}, surroundings);
  const { client } = bench;
  await client.send(new CreateStateMachineCommand({ name: 'child', definition: child, roleArn: ROLE, publish: true }));
  await client.send(new CreateStateMachineCommand({ name: 'parent', definition: parent, roleArn: ROLE }));
  return {
    ...bench,
    start: async (input: object = { n: 7 }, name = 'p1') => {
      await client.send(
        new StartExecutionCommand({ stateMachineArn: machine('parent'), name, input: JSON.stringify(input) }),
      );
      await bench.engine.idle();
      return execution(`parent:${name}`);
    },
    read: (executionArn: string) => client.send(new DescribeExecutionCommand({ executionArn })),
    children: async () =>
      (await client.send(new ListExecutionsCommand({ stateMachineArn: machine('child') }))).executions ?? [],
    types: async (executionArn: string) =>
      (await client.send(new GetExecutionHistoryCommand({ executionArn }))).events ?? [],
  };
}

const failing = asl({
  Nap: { Type: 'Wait', Seconds: 5, Next: 'Break' },
  Break: { Type: 'Fail', Error: 'broken', Cause: 'on purpose' },
});

describe('an execution that a task starts', () => {
  it('runs with the given name and input, and its result has input and output as JSON', async () => {
    const { start, finish, read, types } = await family(waiting(5), nested({ Name: 'c1' }));
    const arn = await start();
    await finish(arn);
    const { output = '', status } = await read(arn);
    expect(status).toBe('SUCCEEDED');
    expect(JSON.parse(output)).toEqual({
      ExecutionArn: execution('child:c1'),
      Input: { n: 7 },
      InputDetails: { Included: true },
      Name: 'c1',
      Output: { n: 7 },
      OutputDetails: { Included: true },
      StartDate: startMs,
      StateMachineArn: machine('child'),
      Status: 'SUCCEEDED',
      StopDate: startMs + 5000,
    });
    const events = await types(arn);
    expect(events.map(({ type }) => type)).toEqual([
      'ExecutionStarted',
      'TaskStateEntered',
      'TaskScheduled',
      'TaskStarted',
      'TaskSubmitted',
      'TaskSucceeded',
      'TaskStateExited',
      'ExecutionSucceeded',
    ]);
    expect(events[4]?.taskSubmittedEventDetails).toMatchObject({
      resourceType: 'states',
      resource: 'startExecution.sync:2',
      output: JSON.stringify({ ExecutionArn: execution('child:c1'), StartDate: startMs }),
    });
  });

  it('has a name of its own without one, and {} without an input', async () => {
    const { start, finish, read, children } = await family(waiting(5), nested({ Input: undefined }));
    await finish(await start());
    const [child] = await children();
    expect(child?.name).toMatch(/^[0-9a-f]{32}$/);
    expect((await read(child?.executionArn ?? '')).input).toBe('{}');
  });

  it('can be started by the ARN of a version or an alias, and says so', async () => {
    const byVersion = await family(waiting(5), nested({ StateMachineArn: `${machine('child')}:1` }));
    const arn = await byVersion.start();
    await byVersion.finish(arn);
    expect(JSON.parse((await byVersion.read(arn)).output ?? '')).toMatchObject({
      StateMachineArn: machine('child'),
      StateMachineVersionArn: `${machine('child')}:1`,
    });

    const byAlias = await family(waiting(5), nested({ StateMachineArn: `${machine('child')}:live` }));
    const routingConfiguration = [{ stateMachineVersionArn: `${machine('child')}:1`, weight: 100 }];
    await byAlias.client.send(new CreateStateMachineAliasCommand({ name: 'live', routingConfiguration }));
    const other = await byAlias.start();
    await byAlias.finish(other);
    expect(JSON.parse((await byAlias.read(other)).output ?? '')).toMatchObject({
      StateMachineAliasArn: `${machine('child')}:live`,
    });
  });

  it('that fails, fails the task with its description as the cause', async () => {
    const { start, finish, read } = await family(failing, nested({ Name: 'c1' }));
    const arn = await start();
    await finish(arn);
    const { status, error, cause = '' } = await read(arn);
    expect([status, error]).toEqual(['FAILED', 'States.TaskFailed']);
    expect(cause).toBe(
      JSON.stringify({
        Cause: 'on purpose',
        Error: 'broken',
        ExecutionArn: execution('child:c1'),
        Input: '{"n":7}',
        InputDetails: { Included: true },
        Name: 'c1',
        StartDate: startMs,
        StateMachineArn: machine('child'),
        Status: 'FAILED',
        StopDate: startMs + 5000,
      }),
    );
  });

  it('that is stopped or runs out of its own time, fails the task likewise', async () => {
    const stopped = await family(waiting(60), nested({ Name: 'c1' }));
    const arn = await stopped.start();
    await stopped.client.send(new StopExecutionCommand({ executionArn: execution('child:c1'), error: 'operator' }));
    await stopped.finish(arn);
    const told = await stopped.read(arn);
    expect(told.error).toBe('States.TaskFailed');
    expect(JSON.parse(told.cause ?? '')).toMatchObject({ Status: 'ABORTED', Error: 'operator' });

    const slow = JSON.stringify({ ...(JSON.parse(waiting(60)) as object), TimeoutSeconds: 10 });
    const late = await family(slow, nested({ Name: 'c1' }));
    const other = await late.start();
    await late.finish(other);
    expect(JSON.parse((await late.read(other)).cause ?? '')).toMatchObject({ Status: 'TIMED_OUT' });
  });

  it.each([
    ['a machine that is not there', { StateMachineArn: machine('nobody') }, 'StateMachineDoesNotExist'],
    ['a name that was taken', { Name: 'taken' }, 'ExecutionAlreadyExists'],
    ['a name that is none', { Name: 'a b' }, 'InvalidName'],
  ])('cannot be of %s', async (_, args, name) => {
    const { client, start, finish, read } = await family(waiting(5), nested(args));
    const { executionArn } = await client.send(
      new StartExecutionCommand({ stateMachineArn: machine('child'), name: 'taken', input: '{"other":1}' }),
    );
    await finish(executionArn);
    const arn = await start();
    await finish(arn);
    expect(await read(arn)).toMatchObject({
      status: 'FAILED',
      error: `StepFunctions.${name}Exception`,
      cause: expect.stringContaining(`Error Code: ${name}`) as string,
    });
  });

  it('that somebody else has started with the same name and input and that still runs, is waited for', async () => {
    const { client, start, finish, read, children } = await family(waiting(60), nested({ Name: 'c1' }));
    await client.send(new StartExecutionCommand({ stateMachineArn: machine('child'), name: 'c1', input: '{"n":7}' }));
    const arn = await start();
    await finish(arn);
    expect((await read(arn)).status).toBe('SUCCEEDED');
    expect(await children()).toHaveLength(1);
  });

  it('needs the members that it has, and no others', async () => {
    const { start, finish, read } = await family(waiting(5), nested({ TraceHeader: 'Root=1' }));
    const arn = await start();
    await finish(arn);
    expect(await read(arn)).toMatchObject({ error: 'States.Runtime' });
  });
});

describe('the end of the parent', () => {
  const threeDeep = asl({
    Down: {
      Type: 'Task',
      Resource: STATES_START_EXECUTION,
      Arguments: { StateMachineArn: machine('grandchild'), Name: 'g1' },
      End: true,
    },
  });

  it('by a stop stops the child, and what the child has started', async () => {
    const { client, start, engine, read } = await family(threeDeep, nested({ Name: 'c1' }));
    await client.send(new CreateStateMachineCommand({ name: 'grandchild', definition: waiting(60), roleArn: ROLE }));
    const arn = await start();
    expect((await read(execution('grandchild:g1'))).status).toBe('RUNNING');
    await client.send(new StopExecutionCommand({ executionArn: arn }));
    await engine.idle();
    expect((await read(execution('child:c1'))).status).toBe('ABORTED');
    expect((await read(execution('grandchild:g1'))).status).toBe('ABORTED');
  });

  it.each([
    ['of the state', nested({ Name: 'c1' }, { TimeoutSeconds: 10 }), 'FAILED'],
    [
      'of the machine',
      JSON.stringify({ ...(JSON.parse(nested({ Name: 'c1' })) as object), TimeoutSeconds: 10 }),
      'TIMED_OUT',
    ],
  ])('by the time-out %s stops the child', async (_, parent, status) => {
    const { start, finish, engine, read } = await family(waiting(60), parent);
    const arn = await start();
    await finish(arn);
    await engine.idle();
    expect((await read(arn)).status).toBe(status);
    expect(await read(execution('child:c1'))).toMatchObject({
      status: 'ABORTED',
      stopDate: new Date(startMs + 10_000),
    });
  });
});

describe('a host that ends while a child runs', () => {
  it('waits for the same child after the restart', async () => {
    const store = openStore(':memory:');
    const before = await family(waiting(60), nested({ Name: 'c1' }), { store });
    const arn = await before.start();
    await before.clock.advance(10_000);
    before.engine.close();

    const after = statesUnderTest({}, { store, clock: before.clock });
    after.engine.resume();
    await after.finish(arn);
    const told = await after.client.send(new DescribeExecutionCommand({ executionArn: arn }));
    expect(JSON.parse(told.output ?? '')).toMatchObject({ Name: 'c1', StopDate: startMs + 60_000 });
  });

  it.each([
    ['a given name', { Name: 'c1' }, 0],
    ['no name', {}, 0],
    ['a given name, and the child over', { Name: 'c1' }, 60_000],
    ['no name, and the child over', {}, 60_000],
  ])('between the start and its note starts nothing twice, with %s', async (_, args, restMs) => {
    const store = openStore(':memory:');
    const before = await family(waiting(30), nested(args), { store });
    const arn = await before.start();
    const key = before.engine.journal.find(arn)?.key ?? 0;
    before.engine.close();
    // As if the process had ended in that very moment: the child is there, and the parent has not heard of it.
    const gone = store.prepare("DELETE FROM sfn_journal WHERE execution = ? AND entry LIKE '%TaskSubmitted%'").run(key);
    expect(gone.changes).toBe(1);

    // The child goes on first, to its end where that comes before the parent's restart.
    if (restMs > 0) {
      const alone = statesUnderTest({}, { store, clock: before.clock });
      const child = alone.engine.journal.running().find(({ machine: { name } }) => name === 'child');
      store.prepare("UPDATE sfn_executions SET status = 'HIDDEN' WHERE key = ?").run(key);
      alone.engine.resume();
      await before.clock.advance(restMs);
      await alone.engine.idle();
      alone.engine.close();
      expect(alone.engine.journal.find(child?.arn ?? '')?.status).toBe('SUCCEEDED');
      store.prepare("UPDATE sfn_executions SET status = 'RUNNING' WHERE key = ?").run(key);
    }
    const after = statesUnderTest({}, { store, clock: before.clock });
    after.engine.resume();
    await after.finish(arn);
    const list = new ListExecutionsCommand({ stateMachineArn: machine('child') });
    expect((await after.client.send(list)).executions).toHaveLength(1);
    const told = await after.client.send(new DescribeExecutionCommand({ executionArn: arn }));
    expect(told.status, told.cause).toBe('SUCCEEDED');
  });

  it('stops the child after the restart when it could not before', async () => {
    const store = openStore(':memory:');
    const before = await family(waiting(600), nested({ Name: 'c1' }), { store });
    const arn = await before.start();
    before.engine.stop(arn, {});
    before.engine.close();
    const after = statesUnderTest({}, { store, clock: before.clock });
    after.engine.resume();
    await after.engine.idle();
    expect(after.engine.journal.find(execution('child:c1'))?.status).toBe('ABORTED');
  });
});
