import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Deps } from '#ports/deps.ts';
import { openTestAccount, uniqueService, type TestAccount } from '#test/support/account.ts';
import type { Caller } from '#usecases/caller.ts';
import { createDeployment } from '#usecases/create-deployment.ts';
import { registerService, type RegisterServiceInput } from '#usecases/register-service.ts';
import { aCaller, aMember } from './given-caller.ts';

let account: TestAccount;
beforeAll(async () => {
  account = await openTestAccount();
});
afterAll(() => account.close());

const commit = 'a'.repeat(40);
const refused = { code: 'permission_denied' };

function aRegistration(changes: Partial<RegisterServiceInput> = {}): RegisterServiceInput {
  return {
    name: uniqueService(),
    repository: 'https://example.test/orders.git',
    manifestPath: 'service.yaml',
    owner: 'shop',
    environments: { staging: { kind: 'lambda', url: 'https://x.test' } },
    ...changes,
  };
}

const register = (input: RegisterServiceInput, caller: Caller) => registerService(account.deps, input, caller);

async function aServiceOfTheShop(): Promise<RegisterServiceInput> {
  const input = aRegistration();
  await register(input, aMember('ada', 'shop'));
  return input;
}

describe('deploying a service', () => {
  const deploy = (service: string, caller: Caller, key?: string, deps: Deps = account.deps) =>
    createDeployment(deps, { service, environment: 'staging', commit }, caller, key);

  test('is for those of its group, and for those who reach every service', async () => {
    const { name } = await aServiceOfTheShop();
    expect(await deploy(name, aMember('bob', 'search', 'shop'))).toMatchObject({ created: true });
    expect(await deploy(name, aCaller('pat'))).toMatchObject({ created: false });
  });

  test('is refused to others with the group that owns it', async () => {
    const { name } = await aServiceOfTheShop();
    for (const stranger of [aMember('eve'), aMember('eve', 'search', 'Shop')]) {
      const asked = deploy(name, stranger);
      await expect(asked).rejects.toMatchObject({ ...refused, message: expect.stringContaining('"shop"') as string });
    }
  });

  test('is refused to a stranger before anything that is stored is looked up', async () => {
    const { name } = await aServiceOfTheShop();
    const { deployment } = await deploy(name, aMember('ada', 'shop'), 'k');
    const looked: string[] = [];
    const deployments = new Proxy(account.deps.deployments, {
      get(target, member) {
        looked.push(String(member));
        const found: unknown = Reflect.get(target, member);
        return typeof found === 'function' ? (found.bind(target) as unknown) : found;
      },
    });
    const { clock, digest, ids, services } = account.deps;
    const deps = { deployments, clock, digest, ids, services } as unknown as Deps;
    // Under the owner's subject and key, too: who has left the group has left its answers.
    for (const [stranger, key] of [
      [aMember('eve', 'search'), undefined],
      [aMember('eve', 'search'), 'k'],
      [aMember('ada', 'search'), 'k'],
    ] as const) {
      await expect(deploy(name, stranger, key, deps)).rejects.toMatchObject(refused);
    }
    expect(looked).toEqual([]);
    expect(await deploy(name, aMember('ada', 'shop'), 'k', deps)).toMatchObject({ deployment: { id: deployment.id } });
    expect(looked).not.toEqual([]);
  });

  test('tells a stranger nothing of its environments, and nobody more of a service that there is not', async () => {
    const { name } = await aServiceOfTheShop();
    const asked = { service: name, environment: 'no-such', commit };
    await expect(createDeployment(account.deps, asked, aMember('eve'))).rejects.toMatchObject(refused);
    await expect(deploy(uniqueService(), aMember('eve'))).rejects.toMatchObject({ code: 'not_found' });
  });
});

describe('registering', () => {
  test('a new service is for those of the group that is to own it', async () => {
    const input = aRegistration();
    await expect(register(input, aMember('eve', 'search'))).rejects.toMatchObject({
      ...refused,
      message: expect.stringMatching(/"shop" is none of your groups, which are search/) as string,
    });
    await expect(register(input, aMember('eve'))).rejects.toMatchObject(refused);
    expect(await account.deps.services.find(input.name)).toBeUndefined();
    expect(await register(input, aMember('ada', 'shop'))).toMatchObject({ created: true });
  });

  test('it again is for its owner, whatever owner the new registration names', async () => {
    const input = await aServiceOfTheShop();
    const eve = aMember('eve', 'search');
    await expect(register({ ...input, owner: 'search' }, eve)).rejects.toMatchObject(refused);
    await expect(register(input, eve)).rejects.toMatchObject(refused);
    expect(await account.deps.services.find(input.name)).toMatchObject({ owner: 'shop', rev: 1 });
    expect(await register(input, aMember('bob', 'shop'))).toMatchObject({ created: false });
  });

  test('it over to another group is for those who are in both, or reach every service', async () => {
    const input = await aServiceOfTheShop();
    const given = { ...input, owner: 'search' };
    await expect(register(given, aMember('ada', 'shop'))).rejects.toMatchObject(refused);
    expect((await register(given, aMember('bob', 'shop', 'search'))).service.owner).toBe('search');
    expect((await register(input, aCaller('pat'))).service.owner).toBe('shop');
  });

  test('two groups at once for one new name leaves it with one of them', async () => {
    const name = uniqueService();
    const both = ['shop', 'search'].map((owner) => register(aRegistration({ name, owner }), aMember('x', owner)));
    const settled = await Promise.allSettled(both);
    expect(settled.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
    expect(settled.find(({ status }) => status === 'rejected')).toMatchObject({ reason: refused });
    expect(await account.deps.services.find(name)).toMatchObject({ rev: 1 });
  });
});
