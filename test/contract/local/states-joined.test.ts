import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import {
  BatchGetBuildsCommand,
  CodeBuildClient,
  CreateProjectCommand,
  ListBuildsCommand,
} from '@aws-sdk/client-codebuild';
import {
  CreateStateMachineCommand,
  DescribeExecutionCommand,
  SendTaskSuccessCommand,
  SFNClient,
  StartExecutionCommand,
  StopExecutionCommand,
} from '@aws-sdk/client-sfn';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { virtualClock } from '#local/clock.ts';
import { openAccount, type Account } from '#local/stack/account.ts';
import { clientOptions } from '#local/stack/client-options.ts';
import { openStore } from '#local/store.ts';
import { asl, ROLE } from './states-under-test.ts';

const machine = (name: string): string => `arn:aws:states:eu-west-1:000000000000:stateMachine:${name}`;
const execution = (name: string): string => `arn:aws:states:eu-west-1:000000000000:execution:${name}`;
const nests = (child: string) =>
  asl({
    [`Nest_${child}`]: {
      Type: 'Task',
      Resource: 'arn:aws:states:::states:startExecution.sync:2',
      Arguments: { StateMachineArn: machine(child), Name: 'one' },
      Output: '{% $states.result.Output %}',
      End: true,
    },
  });

let directory = '';
beforeEach(() => (directory = mkdtempSync(join(tmpdir(), 'joined-'))));
afterEach(() => rmSync(directory, { recursive: true, force: true }));

function open(store: ReturnType<typeof openStore>, clock = virtualClock()) {
  const options = { directory, random: () => 0.5, maxConcurrentBuilds: 1, processVariables: {} };
  const account = openAccount({ ...options, store, clock });
  const client = new SFNClient({ ...clientOptions(account.gateway), maxAttempts: 1 });
  const create = (name: string, definition: string) =>
    client.send(new CreateStateMachineCommand({ name, definition, roleArn: ROLE }));
  const start = (name: string) =>
    client.send(new StartExecutionCommand({ stateMachineArn: machine(name), name: 'one' }));
  const read = (name: string) => client.send(new DescribeExecutionCommand({ executionArn: execution(`${name}:one`) }));
  return { account, client, clock, create, start, read };
}

async function startedBuild(account: Account): Promise<string> {
  const client = new CodeBuildClient(clientOptions(account.gateway));
  for (;;) {
    const { ids = [] } = await client.send(new ListBuildsCommand({}));
    const { builds = [] } = ids.length > 0 ? await client.send(new BatchGetBuildsCommand({ ids })) : {};
    if (builds[0]?.currentPhase === 'BUILD') return builds[0].id ?? '';
    await setTimeout(20);
  }
}

it('a stop of the outermost execution stops the build that the innermost runs', async () => {
  const { account, client, create, start, read } = open(openStore(':memory:'));
  try {
    const builds = new CodeBuildClient(clientOptions(account.gateway));
    await builds.send(
      new CreateProjectCommand({
        name: 'slow',
        source: {
          type: 'NO_SOURCE',
          buildspec: JSON.stringify({ version: 0.2, phases: { build: { commands: ['sleep 600'] } } }),
        },
        artifacts: { type: 'NO_ARTIFACTS' },
        environment: { type: 'LINUX_CONTAINER', image: 'local', computeType: 'BUILD_GENERAL1_SMALL' },
        serviceRole: ROLE,
      }),
    );
    const Resource = 'arn:aws:states:::codebuild:startBuild.sync';
    await create('builds', asl({ Build: { Type: 'Task', Resource, Arguments: { ProjectName: 'slow' }, End: true } }));
    await create('middle', nests('builds'));
    await create('outer', nests('middle'));
    await start('outer');
    const id = await startedBuild(account);
    await client.send(new StopExecutionCommand({ executionArn: execution('outer:one') }));
    await account.engine.idle();
    await account.codebuild.ended(id);
    for (const name of ['outer', 'middle', 'builds']) expect((await read(name)).status, name).toBe('ABORTED');
    const { builds: told = [] } = await builds.send(new BatchGetBuildsCommand({ ids: [id] }));
    expect(told[0]?.buildStatus).toBe('STOPPED');
  } finally {
    await account.close();
  }
});

it('an account that ends while a child waits for a token goes on with both when it is opened again', async () => {
  const store = openStore(':memory:');
  const tokens: string[] = [];
  const hear = (account: Account): void =>
    account.lambda.register('hears', {
      timeoutSeconds: 10,
      handler: async (event) => void tokens.push((event as { token: string }).token),
    });
  const Arguments = { FunctionName: 'hears', Payload: { token: '{% $states.context.Task.Token %}' } };
  const Resource = 'arn:aws:states:::lambda:invoke.waitForTaskToken';

  const before = open(store);
  hear(before.account);
  await before.create('asks', asl({ Ask: { Type: 'Task', Resource, Arguments, End: true } }));
  await before.create('outer', nests('asks'));
  await before.start('outer');
  await before.account.engine.idle();
  await before.account.close();

  const after = open(store, before.clock);
  try {
    hear(after.account);
    await after.account.resume();
    const [taskToken] = tokens;
    await after.client.send(new SendTaskSuccessCommand({ taskToken, output: '{"decision":"yes"}' }));
    await before.clock.runUntil(async () => {
      await after.account.engine.idle();
      return (await after.read('outer')).status !== 'RUNNING';
    }, 100);
    expect(await after.read('outer')).toMatchObject({ status: 'SUCCEEDED', output: '{"decision":"yes"}' });
    expect(tokens).toHaveLength(1);
  } finally {
    await after.account.close();
  }
});
