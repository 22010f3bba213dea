import { CodeBuildClient, DeleteProjectCommand, ListBuildsCommand, StopBuildCommand } from '@aws-sdk/client-codebuild';
import { describe, expect } from 'vitest';
import { names } from '#local/stack/names.ts';
import { commitNamed, scenario } from '#test/support/deployment-scenario.ts';
import { taskErrors } from '#test/support/machine-states.ts';
import { serviceManifest } from '#test/support/service-manifest.ts';
import { throttled } from '#test/support/troubled-deps.ts';

describe('a build', () => {
  scenario('that fails at a test names the test, and nothing is released', async ({ given, when }) => {
    given.build({ test: 'fails' });
    const outcome = await when.deploys();
    outcome
      .status('failed')
      .failure({
        code: 'step_failed',
        step: 'test',
        message: '1 of 2 tests failed: "takes the discount off".',
        failedTests: ['takes the discount off'],
        logTail: ['it broke'],
      })
      .steps(['source succeeded', 'install succeeded', 'compile succeeded', 'test failed'])
      .events(['queued', 'started', 'failed']);
    expect(outcome.view.steps.at(-1)?.reports).toMatchObject([{ tests: 2, failures: 1 }]);
    await outcome.serves('1');
  });

  scenario('that fails leaves the way free for the next', async ({ given, when }) => {
    given.build({ compile: 'fails' });
    (await when.deploys()).status('failed').failure({ step: 'compile', message: /exit code 1/ });
    (await when.deploys()).status('succeeded');
  });

  scenario('whose stage runs too long ends with a timeout of that stage', async ({ given, when }) => {
    given.build({ test: 'times out' });
    const outcome = await when.deploys();
    outcome
      .status('failed')
      .failure({ code: 'timeout', step: 'test', message: /Stage test/ })
      .steps(['source succeeded', 'install succeeded', 'compile succeeded', 'test failed']);
  });

  scenario('that does not end at all is stopped after nine hours', async ({ given, when, host }) => {
    given.build({ compile: 'hangs' });
    const outcome = await when.deploys();
    outcome
      .status('failed')
      .failure({ code: 'timeout', step: 'compile' })
      .steps(['source succeeded', 'install succeeded', 'compile failed']);
    expect(outcome.view.durationMs).toBeGreaterThan(9 * 3_600_000);
    expect(host.account.codebuild.running()).toBe(0);
  });

  scenario('that an operator stopped stays stopped, and the deployment says so', async ({ when, host }) => {
    const id = await when.asks();
    await when.looks(id, ({ steps }) => steps.some(({ name }) => name === 'compile'));
    const client = new CodeBuildClient(host.client);
    const { ids = [] } = await client.send(new ListBuildsCommand({ sortOrder: 'DESCENDING' }));
    await client.send(new StopBuildCommand({ id: ids[0] }));
    const outcome = await when.isOver(id);
    outcome
      .status('failed')
      .failure({ code: 'step_failed', step: 'compile', message: 'The build was stopped.' })
      .steps(['source succeeded', 'install succeeded', 'compile failed']);
  });

  scenario('that its runner lost twice is begun a third time', async ({ given, when }) => {
    given.build({ compile: 'is lost' }).build({ bundle: 'is lost' });
    const outcome = await when.deploys();
    outcome
      .status('succeeded')
      .steps([
        'source succeeded',
        'install succeeded',
        'install#2 succeeded',
        'install#3 succeeded',
        'compile interrupted',
        'compile#2 succeeded',
        'compile#3 succeeded',
        'test succeeded',
        'test#2 succeeded',
        'bundle interrupted',
        'bundle#2 succeeded',
        'sign succeeded',
        'release succeeded',
        'verify succeeded',
      ]);
    await outcome.serves('2');
  });

  scenario('that its runner lost too often fails, with what to do', async ({ given, when }) => {
    given.build({ install: 'is lost' }).build({ install: 'is lost' }).build({ install: 'is lost' });
    const outcome = await when.deploys();
    outcome
      .status('failed')
      .failure({
        code: 'unavailable',
        step: 'install',
        message: 'The build runner was lost 3 times (FAULT).',
        nextAction: 'Look at the runner, then deploy the commit again.',
      })
      .steps(['source succeeded', 'install interrupted', 'install#2 interrupted', 'install#3 failed']);
  });

  scenario('that CodeBuild does not take is told by the name of its refusal', async ({ when, host }) => {
    await new CodeBuildClient(host.client).send(new DeleteProjectCommand({ name: names.project('build') }));
    const outcome = await when.deploys();
    outcome.status('failed').failure({ code: 'unavailable' }).steps(['source succeeded']);
    const refusal = 'CodeBuild.ResourceNotFoundException';
    expect(taskErrors(host, outcome.view.id)).toEqual([refusal, refusal, refusal, 'unavailable']);
  });

  scenario('that was lost is begun again, whatever an earlier step got over', async ({ given, when }) => {
    given.trouble({ at: 'artifacts.find', error: throttled() }).build({ install: 'is lost' });
    const outcome = await when.deploys();
    outcome.status('succeeded');
    expect(outcome.view.steps.slice(0, 4)).toMatchObject([
      { name: 'source', status: 'failed' },
      { name: 'source', status: 'succeeded' },
      { name: 'install', status: 'interrupted' },
      { name: 'install', status: 'succeeded' },
    ]);
  });
});

describe('the source', () => {
  scenario('of a commit that is not there fails in the words of the fetch', async ({ when }) => {
    const commit = commitNamed('e');
    const outcome = await when.deploys({ commit });
    outcome
      .status('failed')
      .failure({
        code: 'not_found',
        step: 'source',
        message: `commit not in the repository: ${commit} in https://git.example.com/orders.git`,
      })
      .steps(['source failed'])
      .events(['queued', 'started', 'failed']);
  });

  scenario('is fetched again, when the runner was lost over it', async ({ given, when }) => {
    given.fetch('is lost');
    (await when.deploys()).status('succeeded');
  });

  scenario('with a manifest that is not valid fails at its line and column', async ({ given, when }) => {
    const manifest = serviceManifest({ more: 'strategy:\n  type: sideways\n' });
    const line = manifest.split('\n').findIndex((text) => text.includes('sideways')) + 1;
    given.source({ manifest });
    const outcome = await when.deploys();
    outcome
      .status('failed')
      .failure({
        code: 'validation_error',
        step: 'source',
        message: new RegExp(`${line}:9 /strategy/type`),
      })
      .steps(['source failed']);
    await outcome.serves('1');
  });

  scenario('without the environment in its manifest fails, and names those it has', async ({ given, when }) => {
    given.source({ manifest: serviceManifest({ environments: ['staging'] }) });
    const outcome = await when.deploys({ environment: 'production' });
    outcome
      .status('failed')
      .failure({ code: 'validation_error', message: /\/environments has no "production"; it has staging/ })
      .steps(['source failed']);
  });
});
