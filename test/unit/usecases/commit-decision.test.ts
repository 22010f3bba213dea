import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { decide } from '#domain/deployment/decision.ts';
import type { Deployment } from '#domain/deployment/deployment.ts';
import type { CommitOutcome } from '#ports/deployment-store.ts';
import type { Deps } from '#ports/deps.ts';
import { givenDeployments } from '#test/contract/adapters/given-deployments.ts';
import { openTestAccount, type TestAccount } from '#test/support/account.ts';
import { commitDecision } from '#usecases/commit-decision.ts';

let account: TestAccount;
beforeAll(async () => {
  account = await openTestAccount();
});
afterAll(() => account.close());

const never = (): never => {
  throw new Error('This must not be asked for.');
};

/** The dependencies with a store whose first commits end as told, without writing anything. */
function losing(...outcomes: CommitOutcome[]): { readonly deps: Deps; readonly commits: () => number } {
  let commits = 0;
  const { deployments, clock, digest } = account.deps;
  const store = {
    load: (id: string) => deployments.load(id),
    async commit(decision: Parameters<typeof deployments.commit>[0]) {
      commits += 1;
      return outcomes.shift() ?? deployments.commit(decision);
    },
  };
  return { deps: { deployments: store, clock, digest } as unknown as Deps, commits: () => commits };
}

describe('committing a decision', () => {
  test('loads and decides again after every lost race', async () => {
    const { id } = await givenDeployments(account).admitted();
    const { deps, commits } = losing('revision_conflict', 'lock_taken', 'revision_conflict');
    const seen: number[] = [];
    const { value, deployment } = await commitDecision(deps, id, (record) => {
      seen.push(record.deployment.rev);
      const { moment } = givenDeployments(account);
      return { value: seen.length, decision: decide(record.deployment, { patch: { builds: 4 } }, moment()) };
    });
    expect([value, commits(), deployment.builds]).toEqual([4, 4, 4]);
    expect(await account.deps.deployments.find(id)).toEqual(deployment);
  });

  test('of twenty at once makes each of them, one after the other', async () => {
    const given = givenDeployments(account);
    const { id } = await given.admitted();
    await Promise.all(
      Array.from({ length: 20 }, () =>
        commitDecision(account.deps, id, ({ deployment }) => ({
          value: undefined,
          decision: decide(deployment, { patch: { builds: (deployment.builds ?? 0) + 1 } }, given.moment()),
        })),
      ),
    );
    expect(await account.deps.deployments.find(id)).toMatchObject({ builds: 20, rev: 22 });
  });

  test('writes nothing where there is nothing to decide', async () => {
    const { id } = await givenDeployments(account).admitted();
    const { deps, commits } = losing();
    expect((await commitDecision(deps, id, () => ({ value: 'as it is' }))).value).toBe('as it is');
    expect(commits()).toBe(0);
  });

  test('gives up on a slot that stays lost, and on races without end', async () => {
    const { id } = await givenDeployments(account).admitted();
    const change = ({ deployment }: { deployment: Deployment }) => ({
      value: undefined,
      decision: decide(deployment, {}, givenDeployments(account).moment()),
    });
    const lost = losing(...Array.from({ length: 10 }, () => 'slot_lost' as const));
    await expect(commitDecision(lost.deps, id, change)).rejects.toMatchObject({ code: 'conflict' });
    const racing = losing(...Array.from({ length: 99 }, () => 'revision_conflict' as const));
    await expect(commitDecision(racing.deps, id, change)).rejects.toMatchObject({ name: 'transient_fault' });
    expect(racing.commits()).toBeLessThan(99);
  });

  test('about a deployment that does not exist is refused', async () => {
    const unknown = commitDecision(account.deps, account.deps.ids.deploymentId(), never);
    await expect(unknown).rejects.toMatchObject({ code: 'not_found' });
  });
});
