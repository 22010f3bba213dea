import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Deps } from '#ports/deps.ts';
import { openTestAccount, type TestAccount } from '#test/support/account.ts';
import { reconcileDeployments } from '#usecases/reconcile-deployments.ts';
import { givenDeployments } from '../../contract/adapters/given-deployments.ts';

let account: TestAccount;
beforeAll(async () => {
  account = await openTestAccount();
});
afterAll(() => account.close());

/** Three minutes later, with machines that answer as told and remember who asked. */
function later(fate: (id: string) => 'running' | 'ended'): { deps: Deps; started: string[] } {
  const started: string[] = [];
  const deps = Object.create(account.later(180_000), {
    workflows: {
      value: {
        startDeployment: async (id: string) => {
          started.push(id);
          return fate(id);
        },
      },
    },
  }) as Deps;
  return { deps, started };
}

describe('reconciling deployments', () => {
  test('starts the machine of one that was accepted and never began', async () => {
    const { id } = await givenDeployments(account).accepted();
    const { deps, started } = later(() => 'running');
    expect(await reconcileDeployments(deps)).toEqual({ settled: 0 });
    expect(started).toContain(id);
    expect((await deps.deployments.find(id))?.status).toBe('queued');
  });

  test('settles one whose machine is over, so that lock and slot are free', async () => {
    const given = givenDeployments(account);
    const { id, service, environment, commit } = await given.admitted();
    const { deps } = later((each) => (each === id ? 'ended' : 'running'));
    expect(await reconcileDeployments(deps)).toEqual({ settled: 1 });
    expect(await deps.deployments.find(id)).toMatchObject({ status: 'failed', failure: { code: 'internal_error' } });
    expect(await deps.deployments.findInProgress(service, environment, commit)).toBeUndefined();
    expect((await deps.deployments.slot(service, environment)).owner).toBeUndefined();
    expect(await reconcileDeployments(deps)).toEqual({ settled: 0 });
  });

  test('leaves alone what was touched a moment ago, and what is over', async () => {
    const given = givenDeployments(account);
    const { id } = await given.accepted();
    const { deps, started } = later(() => 'running');
    const now = Object.create(account.deps, { workflows: { value: deps.workflows } }) as Deps;
    await reconcileDeployments(now);
    expect(started).not.toContain(id);
  });

  test('goes on with the others when one cannot be helped, and says so in the end', async () => {
    const given = givenDeployments(account);
    const [bad, good] = [
      await given.accepted({ environment: 'staging' }),
      await given.accepted({ environment: 'production' }),
    ];
    const { deps, started } = later((id) => {
      if (id === bad.id) throw new Error('throttled');
      return 'running';
    });
    await expect(reconcileDeployments(deps)).rejects.toThrow('1 deployments could not be reconciled.');
    expect(started).toContain(good.id);
  });
});
