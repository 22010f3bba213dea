import { CodeBuildClient, DeleteProjectCommand } from '@aws-sdk/client-codebuild';
import { ListExecutionsCommand, SFNClient, StopExecutionCommand } from '@aws-sdk/client-sfn';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { StepFunctionsWorkflows } from '#adapters/sfn/workflows.ts';
import { machineArn, names } from '#local/stack/names.ts';
import { projectCatalog } from '#state-machines/catalog.ts';
import { openTestAccount, type TestAccount } from '#test/support/account.ts';

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
    await Promise.all([workflows.startDeployment(id, 1), workflows.startDeployment(id, 1)]);
    await workflows.startDeployment(id, 1);
    expect((await executionsOf(id)).map(({ name }) => name)).toEqual([`${id}-1`]);
  });

  test('that has ended is not started again, and another run of it is', async () => {
    const { workflows, ids } = account.deps;
    const id = ids.deploymentId();
    await workflows.startDeployment(id, 1);
    const [first] = await executionsOf(id);
    await new SFNClient(account.client).send(new StopExecutionCommand({ executionArn: first?.executionArn }));
    await workflows.startDeployment(id, 1);
    await workflows.startDeployment(id, 2);
    expect(new Set((await executionsOf(id)).map(({ name }) => name))).toEqual(new Set([`${id}-1`, `${id}-2`]));
  });

  test('of a machine that does not exist is a fault', async () => {
    const lost = new StepFunctionsWorkflows(new SFNClient(account.client), machineArn('nothing'));
    await expect(lost.startDeployment(account.deps.ids.deploymentId(), 1)).rejects.toMatchObject({
      name: 'StateMachineDoesNotExist',
    });
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
