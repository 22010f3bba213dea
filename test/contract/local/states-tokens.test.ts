import {
  CreateStateMachineCommand,
  DescribeExecutionCommand,
  GetExecutionHistoryCommand,
  SendTaskFailureCommand,
  SendTaskHeartbeatCommand,
  SendTaskSuccessCommand,
  StartExecutionCommand,
  StopExecutionCommand,
  type SFNClient,
} from '@aws-sdk/client-sfn';
import { describe, expect, it } from 'vitest';
import { LAMBDA_INVOKE_FOR_TOKEN, lambdaInvokeForToken } from '#local/asl/integrations/lambda-invoke-for-token.ts';
import { openStore } from '#local/store.ts';
import { asl, ROLE, statesUnderTest } from './states-under-test.ts';

const stateMachineArn = 'arn:aws:states:eu-west-1:000000000000:stateMachine:asks';
const GONE = { name: 'TaskTimedOut', message: "Task Timed Out: 'Provided task does not exist anymore'" };

/** A machine whose one state calls a function with its token; `tokens` is what the function was given. */
async function asking(
  fields: object = {},
  call: (token: string, client: SFNClient) => unknown = () => ({ noted: true }),
  surroundings: Parameters<typeof statesUnderTest>[1] = {},
) {
  const tokens: string[] = [];
  const integration = lambdaInvokeForToken(async (_, input) => {
    const { Payload } = input as { Payload: string };
    const { token } = JSON.parse(Payload) as { token: string };
    tokens.push(token);
    return { StatusCode: 200, ExecutedVersion: '3', Payload: JSON.stringify(await call(token, bench.client)) };
  });
  const bench = statesUnderTest({ [LAMBDA_INVOKE_FOR_TOKEN]: integration }, surroundings);
  const Arguments = { FunctionName: 'f', Payload: { token: '{% $states.context.Task.Token %}' } };
  const definition = asl({
    Ask: { Type: 'Task', Resource: LAMBDA_INVOKE_FOR_TOKEN, Arguments, End: true, ...fields },
  });
  await bench.client.send(new CreateStateMachineCommand({ name: 'asks', definition, roleArn: ROLE }));
  const start = async (name = 'a1') => {
    const { executionArn = '' } = await bench.client.send(new StartExecutionCommand({ stateMachineArn, name }));
    await bench.engine.idle();
    return executionArn;
  };
  const read = (executionArn: string) => bench.client.send(new DescribeExecutionCommand({ executionArn }));
  const types = async (executionArn: string) =>
    (await bench.client.send(new GetExecutionHistoryCommand({ executionArn }))).events ?? [];
  return { ...bench, tokens, start, read, types };
}

describe('SendTaskSuccess', () => {
  it('ends the wait with its output; the answer of the function is only in the history', async () => {
    const { client, tokens, start, read, types, engine } = await asking({ HeartbeatSeconds: 60, TimeoutSeconds: 600 });
    const arn = await start();
    expect((await read(arn)).status).toBe('RUNNING');
    const [taskToken] = tokens;
    const answer = await client.send(new SendTaskSuccessCommand({ taskToken, output: '{"decision":"yes"}' }));
    expect(answer.$metadata.httpStatusCode).toBe(200);
    await engine.idle();
    expect(await read(arn)).toMatchObject({ status: 'SUCCEEDED', output: '{"decision":"yes"}' });

    const events = await types(arn);
    expect(events.map(({ id, previousEventId, type }) => [id, previousEventId, type])).toEqual([
      [1, 0, 'ExecutionStarted'],
      [2, 0, 'TaskStateEntered'],
      [3, 2, 'TaskScheduled'],
      [4, 3, 'TaskStarted'],
      [5, 4, 'TaskSubmitted'],
      [6, 5, 'TaskSucceeded'],
      [7, 6, 'TaskStateExited'],
      [8, 7, 'ExecutionSucceeded'],
    ]);
    const resource = { resourceType: 'lambda', resource: 'invoke.waitForTaskToken' };
    expect(events[2]?.taskScheduledEventDetails).toEqual({
      ...resource,
      region: 'eu-west-1',
      parameters: JSON.stringify({ FunctionName: 'f', Payload: { token: taskToken } }),
      timeoutInSeconds: 600,
      heartbeatInSeconds: 60,
    });
    expect(events[4]?.taskSubmittedEventDetails).toEqual({
      ...resource,
      output: '{"ExecutedVersion":"3","Payload":{"noted":true},"StatusCode":200}',
      outputDetails: { truncated: false },
    });
    expect(events[5]?.taskSucceededEventDetails).toMatchObject({ ...resource, output: '{"decision":"yes"}' });
  });

  it('is refused the second time, and so is any other word about the task', async () => {
    const { client, tokens, start } = await asking();
    await start();
    const [taskToken] = tokens;
    await client.send(new SendTaskSuccessCommand({ taskToken, output: '1' }));
    await expect(client.send(new SendTaskSuccessCommand({ taskToken, output: '2' }))).rejects.toMatchObject(GONE);
    await expect(client.send(new SendTaskFailureCommand({ taskToken }))).rejects.toMatchObject(GONE);
    await expect(client.send(new SendTaskHeartbeatCommand({ taskToken }))).rejects.toMatchObject(GONE);
  });

  it('sent by the function itself, while it still runs, is honoured', async () => {
    const { start, read, types, engine } = await asking({}, async (taskToken, client) => {
      await client.send(new SendTaskSuccessCommand({ taskToken, output: '"from within"' }));
      return 'ignored';
    });
    const arn = await start();
    await engine.idle();
    expect(await read(arn)).toMatchObject({ status: 'SUCCEEDED', output: '"from within"' });
    expect((await types(arn)).map(({ type }) => type)).not.toContain('TaskSubmitted');
  });

  it.each([
    ['output that is no JSON', { output: '{' }, 'InvalidOutput'],
    ['output beyond 256 KiB', { output: JSON.stringify('x'.repeat(262_143)) }, 'ValidationException'],
    ['a token that is none', { taskToken: 'none', output: '1' }, 'InvalidToken'],
    ['an empty token', { taskToken: '', output: '1' }, 'ValidationException'],
  ])('refuses %s, and the task waits on', async (_, members, name) => {
    const { client, tokens, start, read } = await asking();
    const arn = await start();
    const sent = client.send(new SendTaskSuccessCommand({ taskToken: tokens[0], ...members }));
    await expect(sent).rejects.toMatchObject({ name });
    expect((await read(arn)).status).toBe('RUNNING');
  });

  it('refuses the token of an execution that is not here', async () => {
    const elsewhere = await asking();
    await elsewhere.start();
    const { client } = await asking();
    const [taskToken] = elsewhere.tokens;
    await expect(client.send(new SendTaskSuccessCommand({ taskToken, output: '1' }))).rejects.toMatchObject({
      name: 'TaskDoesNotExist',
    });
  });
});

describe('SendTaskFailure', () => {
  it('fails the task with its error and cause', async () => {
    const { client, tokens, start, read, types, engine } = await asking();
    const arn = await start();
    await client.send(new SendTaskFailureCommand({ taskToken: tokens[0], error: 'rejected', cause: 'by bob' }));
    await engine.idle();
    expect(await read(arn)).toMatchObject({ status: 'FAILED', error: 'rejected', cause: 'by bob' });
    const failed = (await types(arn)).find(({ type }) => type === 'TaskFailed');
    expect(failed?.taskFailedEventDetails).toMatchObject({ error: 'rejected', cause: 'by bob' });
  });
});

describe('SendTaskHeartbeat', () => {
  it('keeps a task that must be heard of', async () => {
    const { client, tokens, start, read, types, clock, finish } = await asking({ HeartbeatSeconds: '{% 6 * 10 %}' });
    const arn = await start();
    for (let beat = 0; beat < 5; beat++) {
      await clock.advance(50_000);
      await client.send(new SendTaskHeartbeatCommand({ taskToken: tokens[0] }));
    }
    expect((await read(arn)).status).toBe('RUNNING');
    await finish(arn);
    expect(await read(arn)).toMatchObject({
      status: 'FAILED',
      error: 'States.Timeout',
      stopDate: new Date(Date.UTC(2026, 0, 1) + 310_000),
    });
    const late = (await types(arn)).find(({ type }) => type === 'TaskTimedOut');
    expect(late?.taskTimedOutEventDetails).toEqual({
      resourceType: 'lambda',
      resource: 'invoke.waitForTaskToken',
      error: 'States.Timeout',
    });
    await expect(client.send(new SendTaskHeartbeatCommand({ taskToken: tokens[0] }))).rejects.toMatchObject(GONE);
  });
});

describe('StopExecution', () => {
  it('leaves the token of what waited worth nothing', async () => {
    const { client, tokens, start } = await asking();
    const executionArn = await start();
    await client.send(new StopExecutionCommand({ executionArn }));
    const sent = client.send(new SendTaskSuccessCommand({ taskToken: tokens[0], output: '1' }));
    await expect(sent).rejects.toMatchObject(GONE);
  });
});

describe('a function that fails', () => {
  it('fails the task that waits for its token', async () => {
    const { start, read } = await asking({}, () => {
      throw Object.assign(new Error('no such function'), {
        name: 'ResourceNotFoundException',
        $metadata: { httpStatusCode: 404 },
      });
    });
    const arn = await start();
    expect(await read(arn)).toMatchObject({ status: 'FAILED', error: 'Lambda.ResourceNotFoundException' });
  });
});

it('a token outlives a restart of the host', async () => {
  const store = openStore(':memory:');
  const before = await asking({ HeartbeatSeconds: 60 }, undefined, { store });
  const arn = await before.start();
  await before.clock.advance(40_000);
  before.engine.close();

  const after = await asking({ HeartbeatSeconds: 60 }, undefined, { store, clock: before.clock });
  after.engine.resume();
  const [taskToken] = before.tokens;
  await after.client.send(new SendTaskHeartbeatCommand({ taskToken }));
  await before.clock.advance(40_000);
  await after.client.send(new SendTaskSuccessCommand({ taskToken, output: '"after"' }));
  await after.finish(arn);
  expect(await after.read(arn)).toMatchObject({ status: 'SUCCEEDED', output: '"after"' });
  expect(after.tokens).toEqual([]);
});
