import { afterAll, beforeAll, expect, test } from 'vitest';
import { findBreak } from '#domain/event/chain.ts';
import { registerService, type Registration } from '#domain/service/register.ts';
import { openTestAccount, uniqueService, type TestAccount } from '#test/support/account.ts';
import { moment } from '#test/support/builders.ts';
import { rowsAbout } from './given-deployments.ts';

let account: TestAccount;
beforeAll(async () => {
  account = await openTestAccount();
});
afterAll(() => account.close());

function aRegistration(name: string, changes: Partial<Registration> = {}): Registration {
  return {
    name,
    repository: 'https://example.test/orders.git',
    manifestPath: 'service.yaml',
    owner: 'team-orders',
    environments: { staging: { kind: 'lambda', functionName: `${name}-staging`, alias: 'live', url: 'http://x' } },
    correlationId: 'corr',
    traceId: '0'.repeat(32),
    ...changes,
  };
}

test('a service comes back exactly as it was registered', async () => {
  const { services } = account.deps;
  const name = uniqueService();
  expect(await services.find(name)).toBeUndefined();
  const decision = registerService(undefined, aRegistration(name), moment());
  expect(await services.commit(decision)).toBe('committed');
  expect(await services.find(name)).toEqual(decision.after);
});

test('a registration that did not see the one before it writes neither state nor event', async () => {
  const { services } = account.deps;
  const name = uniqueService();
  const first = registerService(undefined, aRegistration(name), moment());
  await services.commit(first);
  const second = registerService(first.after, aRegistration(name, { owner: 'second' }), moment(1));
  const late = registerService(first.after, aRegistration(name, { owner: 'late' }), moment(2));
  const blind = registerService(undefined, aRegistration(name, { owner: 'blind' }), moment(3));
  expect(await services.commit(second)).toBe('committed');
  const before = await rowsAbout(account, name);
  expect(await services.commit(late)).toBe('revision_conflict');
  expect(await services.commit(blind)).toBe('revision_conflict');
  expect(await rowsAbout(account, name)).toEqual(before);
});

test('an environment that a new registration leaves out is gone, and the chain of events goes on', async () => {
  const { services } = account.deps;
  const name = uniqueService();
  const staging = { kind: 'lambda' as const, functionName: 'f', alias: 'live', url: 'http://x' };
  const first = registerService(
    undefined,
    aRegistration(name, { environments: { staging, production: { ...staging, region: 'eu-west-1' } } }),
    moment(),
  );
  await services.commit(first);
  const second = registerService(first.after, aRegistration(name, { environments: { staging } }), moment(1));
  await services.commit(second);
  const found = await services.find(name);
  expect(found?.environments).toEqual({ staging });
  expect(found?.createdAt).toBe(first.after.createdAt);
  const details = [...first.events, ...second.events].map(({ detail }) => detail);
  expect(findBreak(details, moment().hash)).toBeUndefined();
});
