import { describe, expect } from 'vitest';
import type { DeploymentView } from '#schemas/api/deployment-view.ts';
import { approvedManifest } from '#test/support/approved-environment.ts';
import { commitNamed, scenario, type Scenario } from '#test/support/deployment-scenario.ts';
import { serviceManifest } from '#test/support/service-manifest.ts';

const is = (status: DeploymentView['status']) => (deployment: DeploymentView) => deployment.status === status;

async function releases({ given, when }: Scenario, environment: string, letter: string, manifest = serviceManifest()) {
  const commit = commitNamed(letter);
  given.source({ commit, manifest });
  return (await when.deploys({ commit, environment })).status('succeeded').view;
}

async function rollsBack({ when }: Scenario, request?: Parameters<Scenario['when']['rollsBack']>[0]) {
  const [answer] = await when.atOnce([() => when.rollsBack(request)]);
  expect(answer?.statusCode, answer?.body).toBe(201);
  return answer?.id ?? '';
}

describe('after a release that could not be taken back', () => {
  scenario(
    'a rollback goes to what is on record as serving, by itself and by name',
    async (play) => {
      const { given, when } = play;
      await releases(play, 'staging', 'a');
      const second = await releases(play, 'staging', 'b');
      const commit = commitNamed('c');
      given.source({ commit }).health([500]);
      const third = await when.asks({ commit });
      await when.looks(third, is('verifying'));
      given.trouble({ at: 'shifter.shift', error: new Error('no') });
      given.trouble({ at: 'shifter.shift', error: new Error('no') });
      await (await when.isOver(third)).status('rollback_failed').serves('4');

      given.health([200]);
      const outcome = (await when.isOver(await rollsBack(play))).status('succeeded');
      expect(outcome.view.rollback?.to).toBe(second.id);
      await outcome.serves('3');
    },
    { tableWrites: 70 },
  );
});

describe('after a rollback', () => {
  scenario('the approval that was in force stands, whatever the release before wanted', async (play) => {
    const { given, when } = play;
    const grace = { name: 'grace', groups: ['release-engineers'], email: 'grace@example.com' };
    await releases(play, 'production', 'a');
    given.source({ commit: commitNamed('b'), manifest: approvedManifest() });
    const strict = await when.asks({ commit: commitNamed('b'), environment: 'production' });
    await when.looks(strict, is('awaiting_approval'));
    expect((await when.sends({ kind: 'approve' }, strict, grace)).statusCode).toBe(200);
    (await when.isOver(strict)).status('succeeded');
    (await when.isOver(await rollsBack(play, { environment: 'production' }))).status('succeeded');

    given.source({ commit: commitNamed('c') });
    const loose = await when.asks({ commit: commitNamed('c'), environment: 'production' });
    await when.looks(loose, is('awaiting_approval'));
    expect((await when.sends({ kind: 'approve' }, loose, grace)).statusCode).toBe(200);
    (await when.isOver(loose)).status('succeeded');
    // Released under the old rule, and from then on its own counts.
    await releases(play, 'production', 'd');
  });
});

describe('while a rollback waits for its turn', () => {
  scenario('another request joins it, and goes no release further back', async (play) => {
    const { given, when, host } = play;
    const first = await releases(play, 'staging', 'a');
    await releases(play, 'staging', 'b');
    const third = await releases(play, 'staging', 'c');
    // Its machine does not begin by itself for a while: it stands in line, and has not been let in.
    given.trouble({ at: 'workflows.startDeployment', error: new Error('busy') });
    const waiting = await rollsBack(play);
    const again = await when.rollsBack();
    expect([again.statusCode, again.id]).toEqual([200, waiting]);
    await host.deps.workflows.startDeployment({ id: waiting, run: 1, kind: 'rollback' });
    const outcome = (await when.isOver(waiting)).status('succeeded');
    expect([outcome.view.rollback?.of, outcome.view.rollback?.to]).not.toContain(first.id);
    expect(outcome.view.rollback?.of).toBe(third.id);
    await outcome.serves('3');
  });
});
