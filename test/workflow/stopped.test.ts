import { SFNClient, StopExecutionCommand } from '@aws-sdk/client-sfn';
import { describe, expect } from 'vitest';
import type { DeploymentOutcome } from '#test/support/deployment-outcome.ts';
import { commitNamed, scenario, type Scenario } from '#test/support/deployment-scenario.ts';
import { executionArn } from '#test/support/machine-states.ts';
import { throttled, type Trouble } from '#test/support/troubled-deps.ts';
import type { WorkflowHost } from '#test/support/workflow-host.ts';

const b = { commit: commitNamed('b') };

describe('a machine that ends without its deployment', () => {
  scenario('because a person stopped it: the build is stopped and the deployment failed', async ({ when, host }) => {
    const id = await when.asks();
    await when.looks(id, ({ steps }) => steps.some(({ name }) => name === 'compile'));
    await stop(host, id);
    const outcome = await when.isOver(id);
    outcome
      .status('failed')
      .failure({ code: 'internal_error', message: /States\.Aborted/ })
      .steps(['source succeeded', 'install succeeded', 'compile interrupted'])
      .events(['queued', 'started', 'failed']);
    expect(host.account.codebuild.running()).toBe(0);
    await outcome.serves('1');
  });

  scenario(
    'because a person stopped it while it waited: its place in the queue is free',
    async ({ given, when, host }) => {
      given.source(b);
      const first = await when.asks();
      await when.looks(first, ({ status }) => status === 'running');
      const second = await when.asks(b);
      await host.runUntil(async () => (await host.deps.deployments.slot('orders', 'staging')).waiters.length === 1);
      await stop(host, second);
      (await when.isOver(second)).status('failed').events(['queued', 'failed']);
      (await when.isOver(first)).status('succeeded');
    },
  );

  scenario(
    'because a person stopped it after traffic moved: the release is taken back',
    async ({ given, when, host }) => {
      (await when.deploys()).status('succeeded');
      // What was got over before is not the reason.
      given.source(b).health([503]).trouble({ at: 'shifter.prepare', error: throttled() });
      const id = await when.asks(b);
      await when.looks(id, ({ status }) => status === 'verifying');
      await stop(host, id, { error: 'permission_denied', cause: '{"errorMessage":"Not on a Friday."}' });
      const outcome = await when.isOver(id);
      outcome
        .status('rolled_back')
        .failure({ code: 'permission_denied', message: 'Not on a Friday.' })
        .events(['queued', 'started', 'canary_promoted', 'rolled_back']);
      expect(outcome.view.steps.slice(-2)).toMatchObject([
        { name: 'verify', status: 'interrupted' },
        { name: 'rollback', status: 'succeeded' },
      ]);
      await outcome.serves('2');
    },
  );

  scenario('and whose first attempt at going back is throttled: the next one gets past it', async (play) => {
    const outcome = await stoppedInVerify(play, { at: 'shifter.shift', error: throttled() });
    outcome.status('rolled_back').failure({ code: 'internal_error', message: /States\.Aborted/ });
    expect(outcome.view.steps.slice(-2)).toMatchObject([
      { name: 'rollback', attempt: 1, status: 'failed' },
      { name: 'rollback', attempt: 2, status: 'succeeded' },
    ]);
    await outcome.serves('2');
  });

  scenario('and that went back without hearing of it: nobody is called', async (play) => {
    const lost = { at: 'shifter.shift', error: new Error('the answer was lost'), done: true } as const;
    const outcome = await stoppedInVerify(play, lost);
    outcome.status('rolled_back').events(['queued', 'started', 'canary_promoted', 'rolled_back']);
    await outcome.serves('2');
  });

  scenario('and that could not go back: a person is called', async (play) => {
    const outcome = await stoppedInVerify(play, { at: 'shifter.shift', error: new Error('no') });
    outcome.status('rollback_failed').failure({ step: 'rollback' });
    await outcome.serves('3');
  });

  scenario('while the release still runs: what it does later moves no traffic', async ({ given, when, host }) => {
    (await when.deploys()).status('succeeded');
    const late = Promise.withResolvers<void>();
    given.source(b).trouble({ at: 'shifter.shift', late: late.promise });
    const id = await when.asks(b);
    await when.looks(id, ({ status, version }) => status === 'releasing' && version === '3');
    await stop(host, id);
    const outcome = await when.isOver(id);
    late.resolve();
    await host.quiet();
    outcome
      .status('rolled_back')
      .steps([
        'source succeeded',
        ...['install', 'compile', 'test', 'bundle', 'sign'].map((step) => `${step} succeeded`),
        'release interrupted',
        'rollback succeeded',
      ]);
    await outcome.serves('2');
  });
});

/** Stops the second deployment's machine while its release is verified; one thing goes wrong after that. */
async function stoppedInVerify({ given, when, host }: Scenario, trouble: Trouble): Promise<DeploymentOutcome> {
  (await when.deploys()).status('succeeded');
  given.source(b).health([503]);
  const id = await when.asks(b);
  await when.looks(id, ({ status }) => status === 'verifying');
  given.trouble(trouble);
  await stop(host, id);
  return when.isOver(id);
}

async function stop({ client }: WorkflowHost, id: string, reason: { error?: string; cause?: string } = {}) {
  await new SFNClient(client).send(new StopExecutionCommand({ executionArn: executionArn(id), ...reason }));
}
