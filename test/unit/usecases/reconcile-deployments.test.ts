import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { admit } from '#domain/deployment/admit.ts';
import type { Deps } from '#ports/deps.ts';
import { openTestAccount, type TestAccount } from '#test/support/account.ts';
import { reconcileDeployments } from '#usecases/reconcile-deployments.ts';
import { givenDeployments } from '../../contract/adapters/given-deployments.ts';

let account: TestAccount;
beforeAll(async () => {
  account = await openTestAccount();
});
afterAll(() => account.close());

/** Some minutes later, with machines that answer as told and remember who asked. */
function later(fate: (id: string) => 'running' | 'ended', minutes = 3): { deps: Deps; started: string[] } {
  const started: string[] = [];
  const deps = Object.create(account.later(minutes * 60_000), {
    workflows: {
      value: {
        startDeployment: async ({ id }: { readonly id: string }) => {
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
    expect(await reconcileDeployments(deps)).toEqual({ settled: 0, stopped: 0, rejected: 0 });
    expect(started).toContain(id);
    expect((await deps.deployments.find(id))?.status).toBe('queued');
  });

  test('settles one whose machine is over, so that lock and slot are free', async () => {
    const given = givenDeployments(account);
    const { id, service, environment, commit } = await given.admitted();
    const { deps } = later((each) => (each === id ? 'ended' : 'running'));
    expect(await reconcileDeployments(deps)).toEqual({ settled: 1, stopped: 0, rejected: 0 });
    expect(await deps.deployments.find(id)).toMatchObject({ status: 'failed', failure: { code: 'internal_error' } });
    expect(await deps.deployments.findInProgress(service, environment, commit)).toBeUndefined();
    expect((await deps.deployments.slot(service, environment)).owner).toBeUndefined();
    expect(await reconcileDeployments(deps)).toEqual({ settled: 0, stopped: 0, rejected: 0 });
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
    await expect(reconcileDeployments(deps)).rejects.toThrow('1 deployments or pushes could not be reconciled.');
    expect(started).toContain(good.id);
  });

  test('reads on past the first page, so that what lies behind others gets its turn', async () => {
    const given = givenDeployments(account);
    const commits = Array.from({ length: 60 }, (_, index) => index.toString(16).padStart(40, 'c'));
    const ids: string[] = [];
    for (const commit of commits) ids.push((await given.accepted({ commit })).id);
    const { deps, started } = later(() => 'running');
    await reconcileDeployments(deps);
    expect(ids.filter((id) => !started.includes(id))).toEqual([]);
  });

  test('asks for no machine of those that stand in line, except now and then', async () => {
    const given = givenDeployments(account);
    await given.admitted();
    const waiting = await given.accepted({ commit: 'd'.repeat(40) });
    const slot = await account.deps.deployments.slot(waiting.service, 'staging');
    const admission = admit(waiting, slot, given.moment(), 'the token');
    if (admission.kind !== 'queue') throw new Error(`It does not stand in line: ${admission.kind}.`);
    await given.commit(admission.decision);
    const looked = async (minutes: number): Promise<boolean> => {
      const { deps, started } = later(() => 'running', minutes);
      await reconcileDeployments(deps);
      return started.includes(waiting.id);
    };
    expect([await looked(3), await looked(15), await looked(29), await looked(31), await looked(33)]).toEqual([
      false,
      false,
      false,
      true,
      false,
    ]);
  });
});
