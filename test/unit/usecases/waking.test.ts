import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { decide } from '#domain/deployment/decision.ts';
import type { Deployment } from '#domain/deployment/deployment.ts';
import type { DeploymentStore } from '#ports/deployment-store.ts';
import type { Deps } from '#ports/deps.ts';
import { commitB, givenDeployments } from '#test/contract/adapters/given-deployments.ts';
import { openTestAccount, type TestAccount } from '#test/support/account.ts';
import { admitDeployment } from '#usecases/admit-deployment.ts';
import { cancelDeployment } from '#usecases/cancel-deployment.ts';
import { decideApproval } from '#usecases/decide-approval.ts';
import { registerService } from '#usecases/register-service.ts';
import { aCaller, aMember } from './given-caller.ts';

let account: TestAccount;
beforeAll(async () => {
  account = await openTestAccount();
});
afterAll(() => account.close());

const artifactDigest = 'd'.repeat(64);

/** A deployment that waits for `release-engineers`, with the token `old`. */
async function waiting() {
  const given = givenDeployments(account);
  const environments = { staging: { kind: 'lambda', url: 'https://x.test' } } as const;
  const repository = 'https://example.test/orders.git';
  const registration = { name: given.service, repository, manifestPath: 'service.yaml', owner: 'shop', environments };
  await registerService(account.deps, registration, aCaller('pat'));
  const admitted = await given.admitted();
  const approval = {
    run: 1,
    artifactDigest,
    groups: ['release-engineers'],
    quorum: 1,
    requestedAt: given.moment().at,
    expiresAt: 'in an hour',
    expiresAtMs: given.moment().atMs + 3_600_000,
    votes: [],
    state: 'waiting' as const,
  };
  const writes = [
    { kind: 'put-token' as const, deployment: admitted, token: 'old' },
    { kind: 'put-approval' as const, deployment: admitted, requestedAt: given.moment().at },
  ];
  const change = { status: 'awaiting_approval' as const, patch: { approval }, writes };
  return { given, deployment: await given.commit(decide(admitted, change, given.moment())) };
}

/** The machine asks again, with the token `new`, right before the deployment is loaded to be decided on. */
function askedAgain({ given, deployment }: Awaited<ReturnType<typeof waiting>>) {
  const woken: string[] = [];
  let pending: Deployment | undefined = deployment;
  const again = async () => {
    const before = pending;
    pending = undefined;
    if (!before) return;
    const writes = [{ kind: 'put-token' as const, deployment: before, token: 'new' }];
    await given.commit(decide(before, { writes }, given.moment()));
  };
  const deployments = new Proxy(account.deps.deployments, {
    get(target, name: keyof DeploymentStore) {
      if (name === 'load') {
        return async (id: string) => {
          if (id === deployment.id) await again();
          return target.load(id);
        };
      }
      const member: unknown = Reflect.get(target, name);
      return typeof member === 'function' ? (member.bind(target) as unknown) : member;
    },
  });
  const workflows = {
    startDeployment: () => Promise.reject(new Error('Nothing is to be started.')),
    wake: async (token: string) => {
      woken.push(token);
      return 'woken' as const;
    },
  };
  const { clock, digest, services, runners, runnerQueue } = account.deps;
  return { woken, deps: { deployments, workflows, clock, digest, services, runners, runnerQueue } as unknown as Deps };
}

describe('who ends a wait wakes the machine that waits now, not the one that waited before', () => {
  test('by approving', async () => {
    const wait = await waiting();
    const { deps, woken } = askedAgain(wait);
    const said = { vote: 'approve', artifactDigest } as const;
    await decideApproval(deps, wait.deployment.id, said, aMember('bob', 'release-engineers'));
    expect(woken).toEqual(['new']);
  });

  test('by cancelling', async () => {
    const wait = await waiting();
    const { deps, woken } = askedAgain(wait);
    await cancelDeployment(deps, wait.deployment.id, undefined, aMember('cleo', 'shop'));
    expect(woken).toEqual(['new']);
  });

  test('by asking for the environment with something newer', async () => {
    const wait = await waiting();
    const { deps, woken } = askedAgain(wait);
    await account.clock.advance(1_000);
    const newer = await wait.given.accepted({ commit: commitB });
    await admitDeployment(deps, { deploymentId: newer.id, run: 1, token: 'of the newer one' });
    expect(woken).toEqual(['new', 'of the newer one']);
    expect(await account.deps.deployments.find(wait.deployment.id)).toMatchObject({
      status: 'superseded',
      supersededBy: newer.id,
    });
  });
});

test('a stranger cannot cancel, and learns nothing of what was cancelled before', async () => {
  const { deployment } = await waiting();
  await cancelDeployment(account.deps, deployment.id, undefined, aMember('cleo', 'shop'));
  await expect(
    cancelDeployment(account.deps, deployment.id, undefined, aMember('eve', 'search')),
  ).rejects.toMatchObject({
    code: 'permission_denied',
  });
});
