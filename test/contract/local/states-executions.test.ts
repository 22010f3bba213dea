import {
  CreateStateMachineCommand,
  DescribeExecutionCommand,
  GetExecutionHistoryCommand,
  ListExecutionsCommand,
  paginateGetExecutionHistory,
  paginateListExecutions,
  StartExecutionCommand,
  StartSyncExecutionCommand,
  StopExecutionCommand,
} from '@aws-sdk/client-sfn';
import { describe, expect, it } from 'vitest';
import { CODEBUILD_START_BUILD } from '#local/asl/integrations/codebuild-start-build.ts';
import { LAMBDA_INVOKE } from '#local/asl/integrations/lambda-invoke.ts';
import { TaskError, type Integration } from '#local/asl/integration.ts';
import { asl, ROLE, statesUnderTest, waiting } from './states-under-test.ts';

const ARN = 'arn:aws:states:eu-west-1:000000000000:stateMachine:deploy';

async function withMachine(definition: string, integrations: Readonly<Record<string, Integration>> = {}) {
  const bench = statesUnderTest(integrations);
  await bench.client.send(new CreateStateMachineCommand({ name: 'deploy', definition, roleArn: ROLE }));
  const start = (more: object = {}) => bench.client.send(new StartExecutionCommand({ stateMachineArn: ARN, ...more }));
  const describeRun = (executionArn: string | undefined) =>
    bench.client.send(new DescribeExecutionCommand({ executionArn }));
  return { ...bench, start, describeRun };
}

describe('executions of the local Step Functions', () => {
  it('start under a name, run, and are described with input and output', async () => {
    const { start, finish, describeRun } = await withMachine(
      asl({ Nap: { Type: 'Wait', Seconds: 90, Output: { n: '{% $states.input.n + 1 %}' }, End: true } }),
    );
    const { executionArn, startDate } = await start({ name: 'd1', input: '{ "n": 1 }' });
    expect(executionArn).toBe('arn:aws:states:eu-west-1:000000000000:execution:deploy:d1');
    expect(startDate).toEqual(new Date(Date.UTC(2026, 0, 1)));
    const running = await describeRun(executionArn);
    expect(running).toMatchObject({ status: 'RUNNING', input: '{ "n": 1 }', stateMachineArn: ARN, name: 'd1' });
    expect(running.stopDate).toBeUndefined();
    await finish(executionArn);
    expect(await describeRun(executionArn)).toMatchObject({
      status: 'SUCCEEDED',
      output: '{"n":2}',
      outputDetails: { included: true },
      stopDate: new Date(Date.UTC(2026, 0, 1, 0, 1, 30)),
      redriveCount: 0,
    });
  });

  it('start once for the same name and input while running, and are refused otherwise', async () => {
    const { start, finish } = await withMachine(waiting(60));
    const { executionArn } = await start({ name: 'd1', input: '{"a":1}' });
    expect((await start({ name: 'd1', input: '{"a":1}' })).executionArn).toBe(executionArn);
    await expect(start({ name: 'd1', input: '{"a":2}' })).rejects.toMatchObject({ name: 'ExecutionAlreadyExists' });
    await finish(executionArn);
    await expect(start({ name: 'd1', input: '{"a":1}' })).rejects.toMatchObject({ name: 'ExecutionAlreadyExists' });
    expect((await start()).executionArn).toMatch(/:execution:deploy:[0-9a-f-]{36}$/);
  });

  it.each([
    ['input that is no JSON', { input: '{' }, 'InvalidExecutionInput'],
    ['input beyond 256 KiB', { input: JSON.stringify('x'.repeat(262_143)) }, 'InvalidExecutionInput'],
    ['a name with a colon', { name: 'a:b' }, 'InvalidName'],
    ['a machine that is not there', { stateMachineArn: `${ARN}x` }, 'StateMachineDoesNotExist'],
    ['a trace header', { traceHeader: 'Root=1' }, 'ValidationException'],
  ])('refuse %s', async (_, members, name) => {
    const { start } = await withMachine(waiting(1));
    await expect(start(members)).rejects.toMatchObject({ name });
  });

  it('are stopped at once, and a second stop changes nothing', async () => {
    const { client, start, describeRun, clock } = await withMachine(waiting(60));
    const { executionArn } = await start();
    const stopped = await client.send(new StopExecutionCommand({ executionArn, error: 'operator', cause: 'asked' }));
    expect(stopped.stopDate).toEqual(new Date(Date.UTC(2026, 0, 1)));
    await clock.advance(1000);
    const again = await client.send(new StopExecutionCommand({ executionArn }));
    expect(again.stopDate).toEqual(stopped.stopDate);
    expect(await describeRun(executionArn)).toMatchObject({ status: 'ABORTED', error: 'operator', cause: 'asked' });
  });

  it('are listed newest first, by status, page by page', async () => {
    const { client, start } = await withMachine(waiting(60));
    const arns = [];
    for (let n = 1; n <= 5; n++) arns.push((await start({ name: `d${n}` })).executionArn);
    await client.send(new StopExecutionCommand({ executionArn: arns[1] }));
    const names = [];
    const query = { stateMachineArn: ARN, statusFilter: 'RUNNING' as const };
    for await (const page of paginateListExecutions({ client, pageSize: 3 }, { ...query })) {
      names.push(page.executions?.map(({ name }) => name));
    }
    expect(names).toEqual([['d5', 'd4', 'd3'], ['d1']]);

    const { nextToken } = await client.send(new ListExecutionsCommand({ ...query, maxResults: 1 }));
    const other = { stateMachineArn: ARN, maxResults: 1, nextToken };
    await expect(client.send(new ListExecutionsCommand(other))).rejects.toMatchObject({ name: 'InvalidToken' });
  });

  it('name what is not there', async () => {
    const { client, describeRun } = await withMachine(waiting(60));
    await expect(describeRun('arn:aws:states:eu-west-1:000000000000:execution:deploy:no')).rejects.toMatchObject({
      name: 'ExecutionDoesNotExist',
    });
    await expect(describeRun('no')).rejects.toMatchObject({ name: 'InvalidArn' });
    const sync = new StartSyncExecutionCommand({ stateMachineArn: ARN });
    await expect(client.send(sync)).rejects.toMatchObject({ name: 'UnknownOperationException' });
  });
});

const EVENTFUL = asl({
  Call: {
    Type: 'Task',
    Resource: LAMBDA_INVOKE,
    Arguments: { FunctionName: 'f', Payload: '{% $states.input %}' },
    TimeoutSeconds: 60,
    Retry: [{ ErrorEquals: ['busy'], IntervalSeconds: 2, MaxAttempts: 1 }],
    Assign: { told: '{% $states.result.Payload %}' },
    Next: 'Fork',
  },
  Fork: {
    Type: 'Parallel',
    Branches: [
      {
        StartAt: 'Build',
        States: {
          Build: { Type: 'Task', Resource: CODEBUILD_START_BUILD, Arguments: { ProjectName: 'p' }, End: true },
        },
      },
      {
        StartAt: 'Pause',
        States: { Pause: { Type: 'Wait', Seconds: 5, Next: 'Break' }, Break: { Type: 'Fail', Error: 'broken' } },
      },
    ],
    Catch: [{ ErrorEquals: ['broken'], Next: 'Choose' }],
    Next: 'Choose',
  },
  Choose: { Type: 'Choice', Choices: [{ Condition: '{% $told = 1 %}', Next: 'Bad' }], Default: 'Done' },
  Bad: { Type: 'Pass', Output: '{% $nothing %}', End: true },
  Done: { Type: 'Succeed' },
});

function eventful() {
  let calls = 0;
  return {
    [LAMBDA_INVOKE]: {
      async start() {
        if (++calls === 1) throw new TaskError('busy', '{"errorType":"busy"}');
        return { ExecutedVersion: '1', Payload: 1, StatusCode: 200 };
      },
    },
    [CODEBUILD_START_BUILD]: {
      start(_: unknown, { submitted }) {
        submitted('p:1', { Build: { Id: 'p:1' } });
        return new Promise(() => undefined);
      },
      stop: async () => undefined,
    },
  } satisfies Record<string, Integration>;
}

describe('GetExecutionHistory', () => {
  it('tells a whole execution in the shape of the service', async () => {
    const { client, start, finish } = await withMachine(EVENTFUL, eventful());
    const { executionArn } = await start({ name: 'golden', input: '{"n":1}' });
    await finish(executionArn);
    const { events } = await client.send(new GetExecutionHistoryCommand({ executionArn }));
    await expect(`${JSON.stringify(events, null, 2)}\n`).toMatchFileSnapshot('../../golden/asl/eventful.history.json');
  });

  it('comes in pages, in either order', async () => {
    const { client, start, finish } = await withMachine(EVENTFUL, eventful());
    const { executionArn } = await start();
    await finish(executionArn);
    const idsOf = async (reverseOrder: boolean) => {
      const ids = [];
      for await (const page of paginateGetExecutionHistory({ client, pageSize: 4 }, { executionArn, reverseOrder })) {
        expect(page.events?.length).toBeLessThanOrEqual(4);
        ids.push(...(page.events ?? []).map(({ id }) => id));
      }
      return ids;
    };
    const forward = await idsOf(false);
    expect(forward).toEqual(forward.map((_, index) => index + 1));
    expect(forward.length).toBeGreaterThan(15);
    expect(await idsOf(true)).toEqual(forward.toReversed());
  });
});
