import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { decide } from '#domain/deployment/decision.ts';
import type { Deps } from '#ports/deps.ts';
import { openTestAccount, uniqueService, type TestAccount } from '#test/support/account.ts';
import { createDeployment } from '#usecases/create-deployment.ts';
import { momentOf } from '#usecases/moment-of.ts';
import { registerService } from '#usecases/register-service.ts';
import { aCaller } from './given-caller.ts';

let account: TestAccount;
beforeAll(async () => {
  account = await openTestAccount();
});
afterAll(() => account.close());

const commitA = 'a'.repeat(40);
const commitB = 'b'.repeat(40);

/** A registered service and requests to deploy it. */
async function aService() {
  const service = uniqueService();
  const repository = 'https://example.test/x.git';
  const environments = { staging: { kind: 'lambda' }, production: { kind: 'lambda' } } as const;
  await registerService(
    account.deps,
    { name: service, repository, manifestPath: 'service.yaml', owner: 'team', environments },
    aCaller(),
  );
  return {
    service,
    create: (commit = commitA, options: { key?: string; subject?: string; environment?: string; deps?: Deps } = {}) => {
      const { key, subject, environment = 'staging', deps = account.deps } = options;
      return createDeployment(deps, { service, environment, commit }, aCaller(subject), key && `${service}-${key}`);
    },
    fail: async (id: string) => {
      const deployment = await account.deps.deployments.find(id);
      if (!deployment) throw new Error(`There is no ${id}.`);
      const { deployments } = account.deps;
      await deployments.commit(decide(deployment, { status: 'failed' }, momentOf(account.deps, 'test')));
    },
  };
}

describe('creating a deployment', () => {
  test('of twenty identical requests at once makes one, and answers all with it', async () => {
    const { create } = await aService();
    const answers = await Promise.all(Array.from({ length: 20 }, () => create()));
    expect(new Set(answers.map(({ deployment }) => deployment.id)).size).toBe(1);
    expect(answers.filter(({ created }) => created)).toHaveLength(1);
  });

  test('under one key makes one, also when the same request comes many times at once', async () => {
    const { create } = await aService();
    const answers = await Promise.all(Array.from({ length: 10 }, () => create(commitA, { key: 'k' })));
    expect(new Set(answers.map(({ deployment }) => deployment.id)).size).toBe(1);
    expect(answers.filter(({ created }) => created)).toHaveLength(1);
  });

  test('under one key for two commits at once makes one, and refuses the other', async () => {
    const { create } = await aService();
    const settled = await Promise.allSettled([create(commitA, { key: 'k' }), create(commitB, { key: 'k' })]);
    expect(settled.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
    const refused = settled.find(({ status }) => status === 'rejected') as PromiseRejectedResult;
    expect(refused.reason).toMatchObject({ code: 'conflict' });
  });

  test('answers a repeated key with the same deployment even after it is over', async () => {
    const { create, fail } = await aService();
    const first = await create(commitA, { key: 'k' });
    await fail(first.deployment.id);
    const again = await create(commitA, { key: 'k' });
    expect(again).toMatchObject({ created: false, deployment: { id: first.deployment.id, status: 'failed' } });
    const other = await create(commitA, { key: 'l' });
    expect(other.created).toBe(true);
    expect(other.deployment.id).not.toBe(first.deployment.id);
  });

  test('ties a key to the deployment that was on its way already, for when that is over', async () => {
    const { create, fail } = await aService();
    const { deployment } = await create();
    const joined = await create(commitA, { key: 'late' });
    expect(joined).toMatchObject({ created: false, deployment: { id: deployment.id } });
    await fail(deployment.id);
    expect((await create(commitA, { key: 'late' })).deployment.id).toBe(deployment.id);
    await expect(create(commitB, { key: 'late' })).rejects.toMatchObject({ code: 'conflict' });
  });

  test.each(['', 'with blank', 'ä', 'x'.repeat(256)])('refuses the key %j', async (key) => {
    const { deps } = account;
    const asked = createDeployment(deps, { service: 's', environment: 'e', commit: commitA }, aCaller(), key);
    await expect(asked).rejects.toMatchObject({ faults: [{ pointer: '/headers/idempotency-key' }] });
  });

  test('answers somebody else’s use of the same key as a request of its own', async () => {
    const { create } = await aService();
    const ada = await create(commitA, { key: 'k', subject: 'ada' });
    const bob = await create(commitB, { key: 'k', subject: 'bob' });
    expect(bob.created).toBe(true);
    expect(bob.deployment.id).not.toBe(ada.deployment.id);
    await expect(create(commitB, { key: 'k', subject: 'ada' })).rejects.toMatchObject({ code: 'conflict' });
  });

  test('takes the same commit to two environments at once, and again once it is over', async () => {
    const { create, fail } = await aService();
    const staging = await create();
    const production = await create(commitA, { environment: 'production' });
    expect(production.created).toBe(true);
    await fail(staging.deployment.id);
    expect((await create()).created).toBe(true);
  });

  test('decides again when the deployment in its way is over before it could be read', async () => {
    const { create, fail } = await aService();
    const { deployment } = await create();
    let asked = 0;
    const deployments = new Proxy(account.deps.deployments, {
      get(target, name) {
        const member: unknown = Reflect.get(target, name);
        if (typeof member !== 'function') return member;
        return async (...args: unknown[]): Promise<unknown> => {
          if (name === 'findInProgress' && asked++ === 0) await fail(deployment.id);
          return Reflect.apply(member, target, args) as Promise<unknown>;
        };
      },
    });
    const { clock, digest, ids, services } = account.deps;
    const deps = { deployments, clock, digest, ids, services } as unknown as Deps;
    const answer = await create(commitA, { deps });
    expect(answer.created).toBe(true);
    expect(answer.deployment.id).not.toBe(deployment.id);
  });

  test('is refused for a service that nobody registered, and for an environment it does not have', async () => {
    const { create } = await aService();
    const unknown = { service: uniqueService(), environment: 'staging', commit: commitA };
    await expect(createDeployment(account.deps, unknown, aCaller())).rejects.toMatchObject({ code: 'not_found' });
    await expect(create(commitA, { environment: 'prodution' })).rejects.toMatchObject({
      code: 'validation_error',
      faults: [{ pointer: '/environment', message: 'must be one of staging, production', suggestion: 'production' }],
    });
  });
});
