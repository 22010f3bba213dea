import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openTestAccount, startMs, uniqueService, type TestAccount } from '#test/support/account.ts';
import { aDeployment, aRelease } from '#test/support/builders.ts';
import { registerService, type RegisterServiceInput } from '#usecases/register-service.ts';
import { aCaller } from './given-caller.ts';

type Environments = RegisterServiceInput['environments'];

let account: TestAccount;
beforeAll(async () => {
  account = await openTestAccount();
});
afterAll(() => account.close());

const url = 'http://orders';
const lambda = { kind: 'lambda', url } as const;
const ecs = { kind: 'ecs', controller: 'ecs', url } as const;

function register(name: string, environments: Environments, replace?: boolean) {
  const repository = 'https://example.test/orders.git';
  const input = { name, repository, manifestPath: 'service.yaml', owner: 'team', environments };
  return registerService(account.deps, { ...input, ...(replace !== undefined && { replace }) }, aCaller());
}

/** Two environments, of which only production serves a release. */
async function serving() {
  const name = uniqueService();
  const { service } = await register(name, { staging: lambda, production: lambda });
  const target = service.environments['production'];
  const id = account.deps.ids.deploymentId();
  const after = aDeployment({
    id,
    service: name,
    environment: 'production',
    status: 'succeeded',
    createdAtMs: startMs,
    release: aRelease({ version: '3', ...(target && { target }) }),
    artifact: {
      format: 'zip',
      digest: '3'.repeat(64),
      key: 'artifacts/3.zip',
      sizeBytes: 1,
      identity: 'identity',
      signatureKey: 'signature',
    },
  });
  const at = new Date(startMs).toISOString();
  const writes = [{ kind: 'put-current-release' as const, deployment: after, at }];
  expect(await account.deps.deployments.commit({ before: undefined, after, writes, events: [] })).toBe('committed');
  return { name, id };
}

describe('registering again what serves a release', () => {
  test.each<[string, Environments, RegExp]>([
    ['leaves it out', { staging: lambda }, /no longer be registered/],
    ['gives it another function', { production: { ...lambda, functionName: 'other' } }, /would become other:live/],
    ['gives it another alias', { production: { ...lambda, alias: 'next' } }, /would become .*-production:next/],
    ['makes it an ECS service', { production: ecs }, /would become services\/.*-production/],
    ['renames it', { staging: lambda, prod: lambda }, /no longer be registered/],
  ])('is refused where it %s, and changes nothing', async (_, environments, fate) => {
    const { name, id } = await serving();
    const before = await account.deps.services.find(name);
    const refused = register(name, environments);
    await expect(refused).rejects.toMatchObject({
      code: 'conflict',
      message: expect.stringContaining('production') as string,
      faults: [{ pointer: '/environments/production', message: expect.stringMatching(fate) as string }],
    });
    await expect(refused).rejects.toMatchObject({
      faults: [{ message: expect.stringContaining(`${name}-production:live serves version 3 (${id})`) as string }],
    });
    expect(await account.deps.services.find(name)).toEqual(before);
    const { service } = await register(name, environments, true);
    expect(Object.keys(service.environments)).toEqual(Object.keys(environments));
    expect(service).not.toHaveProperty('replace');
  });

  test.each<[string, Environments]>([
    ['leaves out or moves what serves nothing', { production: lambda }],
    ['adds one', { staging: ecs, production: lambda, load: lambda }],
    ['changes only the address', { production: { ...lambda, url: 'http://else' } }],
  ])('is done where it %s', async (_, environments) => {
    const { name } = await serving();
    const { service } = await register(name, environments);
    expect(Object.keys(service.environments)).toEqual(Object.keys(environments));
  });

  test('may go back to what serves, and not past it, once it was meant', async () => {
    const { name } = await serving();
    await register(name, { staging: lambda }, true);
    await expect(register(name, { staging: lambda, production: ecs })).rejects.toMatchObject({ code: 'conflict' });
    await register(name, { staging: lambda, production: ecs }, true);
    await register(name, { staging: lambda, production: ecs });
    const { service } = await register(name, { staging: lambda, production: lambda });
    expect(service.environments['production']).toMatchObject({ kind: 'lambda', alias: 'live' });
  });
});
