import { describe } from 'vitest';
import { commitNamed, scenario } from '#test/support/deployment-scenario.ts';
import { expectGoldenHistory } from '#test/support/golden-history.ts';

describe('the history of the deployment machine', () => {
  scenario('of a healthy release is as recorded', async ({ when, host }) => {
    const { view } = (await when.deploys()).status('succeeded');
    expectGoldenHistory(host, view.id, 'healthy');
  });

  scenario('of a failing test is as recorded', async ({ given, when, host }) => {
    given.build({ test: 'fails' });
    const { view } = (await when.deploys()).status('failed');
    expectGoldenHistory(host, view.id, 'failing-test');
  });

  scenario('of a release that was taken back is as recorded', async ({ given, when, host }) => {
    (await when.deploys()).status('succeeded');
    const commit = commitNamed('b');
    given.source({ commit }).health([503]);
    const { view } = (await when.deploys({ commit })).status('rolled_back');
    expectGoldenHistory(host, view.id, 'rolled-back');
  });
});
