import { CodeBuildClient, DeleteProjectCommand } from '@aws-sdk/client-codebuild';
import {
  CreateStateMachineCommand,
  DescribeExecutionCommand,
  ListExecutionsCommand,
  SFNClient,
  StartExecutionCommand,
  StopExecutionCommand,
} from '@aws-sdk/client-sfn';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { StepFunctionsWorkflows } from '#adapters/sfn/workflows.ts';
import { machineArn, names } from '#local/stack/names.ts';
import { projectCatalog } from '#state-machines/catalog.ts';
import { openTestAccount, uniqueService, type TestAccount } from '#test/support/account.ts';

let account: TestAccount;
beforeAll(async () => {
  account = await openTestAccount();
});
afterAll(() => account.close());

async function executionsOf(deploymentId: string) {
  const client = new SFNClient(account.client);
  const { executions = [] } = await client.send(
    new ListExecutionsCommand({ stateMachineArn: machineArn('deployment'), maxResults: 100 }),
  );
  return executions.filter(({ name = '' }) => name.startsWith(deploymentId));
}

describe('a run of a deployment', () => {
  test('is started once, however often it is asked for', async () => {
    const { workflows, ids } = account.deps;
    const id = ids.deploymentId();
    await Promise.all([
      workflows.startDeployment({ id, run: 1, kind: 'release' }),
      workflows.startDeployment({ id, run: 1, kind: 'release' }),
    ]);
    await workflows.startDeployment({ id, run: 1, kind: 'release' });
    expect((await executionsOf(id)).map(({ name }) => name)).toEqual([`${id}-1`]);
  });

  test('that has ended is not started again, and another run of it is', async () => {
    const { workflows, ids } = account.deps;
    const id = ids.deploymentId();
    await workflows.startDeployment({ id, run: 1, kind: 'release' });
    const [first] = await executionsOf(id);
    await new SFNClient(account.client).send(new StopExecutionCommand({ executionArn: first?.executionArn }));
    await workflows.startDeployment({ id, run: 1, kind: 'release' });
    await workflows.startDeployment({ id, run: 2, kind: 'release' });
    expect(new Set((await executionsOf(id)).map(({ name }) => name))).toEqual(new Set([`${id}-1`, `${id}-2`]));
  });

  test('of a machine that does not exist is a fault', async () => {
    const lost = new StepFunctionsWorkflows(new SFNClient(account.client), {
      deployment: machineArn('nothing'),
      rollback: machineArn('nothing'),
      push: '',
      promotion: '',
    });
    await expect(
      lost.startDeployment({ id: account.deps.ids.deploymentId(), run: 1, kind: 'release' }),
    ).rejects.toMatchObject({
      name: 'StateMachineDoesNotExist',
    });
  });
});

describe('a push', () => {
  test('is started once, and says when its machine is over', async () => {
    const { workflows } = account.deps;
    const task = { service: uniqueService(), push: 7 };
    expect(await workflows.startPush(task)).toBe('running');
    const executionArn = `${machineArn('push').replace(':stateMachine:', ':execution:')}:${task.service}-7`;
    await new SFNClient(account.client).send(new StopExecutionCommand({ executionArn }));
    expect(await workflows.startPush({ push: 7, service: task.service })).toBe('ended');
    expect(await workflows.startPush({ ...task, push: 8 })).toBe('running');
  });
});

describe('a state that waits for its token', () => {
  const waits = JSON.stringify({
    QueryLanguage: 'JSONata',
    StartAt: 'Ask',
    States: {
      Ask: {
        Type: 'Task',
        Resource: 'arn:aws:states:::lambda:invoke.waitForTaskToken',
        Arguments: { FunctionName: 'hears-the-token', Payload: { token: '{% $states.context.Task.Token %}' } },
        TimeoutSeconds: 3600,
        End: true,
      },
    },
  });

  /** Starts an execution and brings the token that its state gave out. */
  async function asleep(name: string) {
    const tokens: string[] = [];
    account.local?.lambda.register('hears-the-token', {
      timeoutSeconds: 10,
      handler: async (event) => void tokens.push((event as { token: string }).token),
    });
    const client = new SFNClient(account.client);
    const { stateMachineArn } = await client.send(
      new CreateStateMachineCommand({ name: 'waits', definition: waits, roleArn: 'arn:aws:iam::000000000000:role/r' }),
    );
    const { executionArn } = await client.send(new StartExecutionCommand({ stateMachineArn, name }));
    await account.local?.engine.idle();
    return {
      token: tokens[0] ?? '',
      stop: () => client.send(new StopExecutionCommand({ executionArn })),
      read: () => client.send(new DescribeExecutionCommand({ executionArn })),
    };
  }

  test('is woken once, with what it is told', async ({ skip }) => {
    if (account.shared) skip('a function of this process cannot be called from there');
    const { workflows } = account.deps;
    const { token, read } = await asleep('woken');
    expect(await workflows.wake(token, { decision: 'approved' })).toBe('woken');
    expect(await workflows.wake(token, { decision: 'rejected' })).toBe('gone');
    await account.local?.engine.idle();
    expect(await read()).toMatchObject({ status: 'SUCCEEDED', output: '{"decision":"approved"}' });
  });

  test('that was stopped, or never was, is gone', async ({ skip }) => {
    if (account.shared) skip('a function of this process cannot be called from there');
    const { workflows } = account.deps;
    const { token, stop } = await asleep('stopped');
    await stop();
    expect(await workflows.wake(token, undefined)).toBe('gone');
    expect(await workflows.wake('no token at all', undefined)).toBe('gone');
  });

  test('is not taken for gone when the answer itself is at fault', async ({ skip }) => {
    if (account.shared) skip('a function of this process cannot be called from there');
    const { token } = await asleep('too-much');
    const tooMuch = account.deps.workflows.wake(token, 'x'.repeat(300_000));
    await expect(tooMuch).rejects.toMatchObject({ name: 'ValidationException' });
  });
});

describe('the runner pool', () => {
  test('remembers the last sign of life', async () => {
    const { runners } = account.deps;
    if (!account.shared) expect(await runners.lastHeartbeat()).toBeUndefined();
    const at = new Date(Date.UTC(2026, 0, 1, 12, 0, 0, 7));
    await runners.recordHeartbeat(at);
    expect(await runners.lastHeartbeat()).toEqual(at);
    const later = new Date(at.getTime() + 60_000);
    await runners.recordHeartbeat(later);
    expect(await runners.lastHeartbeat()).toEqual(later);
  });

  test('is well while every project is there, and names the one that is not', async () => {
    const { runners } = account.deps;
    await expect(runners.probe()).resolves.toBeUndefined();
    if (account.shared) return;
    const name = names.project(projectCatalog[0].name);
    await new CodeBuildClient(account.client).send(new DeleteProjectCommand({ name }));
    await expect(runners.probe()).rejects.toMatchObject({
      code: 'unavailable',
      message: expect.stringContaining(name) as string,
    });
  });
});
