import { afterAll, beforeAll, expect, test } from 'vitest';
import { registerService } from '#domain/service/register.ts';
import type { Service } from '#domain/service/service.ts';
import { openTestAccount, uniqueService, type TestAccount } from '#test/support/account.ts';
import { aRelease, moment } from '#test/support/builders.ts';

let account: TestAccount;
const prefix = uniqueService();
/** Registered in another order than they are listed in. */
const names = ['c', 'a', 'e', 'd', 'b'].map((end) => `${prefix}-${end}`);
const registered = new Map<string, Service>();

beforeAll(async () => {
  account = await openTestAccount();
  for (const name of names) {
    const wanted = {
      name,
      repository: 'https://example.test/all.git',
      manifestPath: `${name}.yaml`,
      owner: 'team-a',
      environments: { staging: aRelease().target },
      correlationId: 'corr',
      traceId: '0'.repeat(32),
    };
    const decision = registerService(undefined, wanted, moment());
    await account.deps.services.commit(decision);
    registered.set(name, decision.after);
  }
});
afterAll(() => account.close());

/** Others may lie in the same table. */
async function pages(limit: number): Promise<readonly (readonly Service[])[]> {
  const found: (readonly Service[])[] = [];
  // Just before the first of ours.
  let after: string | undefined = prefix;
  do {
    const page = await account.deps.services.list({ limit, after });
    found.push(page.items.filter(({ name }) => registered.has(name)));
    after = page.next;
  } while (after !== undefined);
  return found;
}

test('services are listed by name, each as it was registered', async () => {
  const [page = []] = await pages(100);
  expect(page).toEqual(['a', 'b', 'c', 'd', 'e'].map((end) => registered.get(`${prefix}-${end}`)));
});

test.each([1, 2, 4, 5])('pages of %d have every service once', async (limit) => {
  const found = (await pages(limit)).flat().map(({ name }) => name);
  expect(found).toEqual(names.toSorted());
});

test('the last page says that it is the last, also when it is full', async () => {
  const { items, next } = await account.deps.services.list({ limit: 4, after: `${prefix}-a` });
  expect(items.slice(0, 4).map(({ name }) => name)).toEqual(['b', 'c', 'd', 'e'].map((end) => `${prefix}-${end}`));
  if (!account.shared) expect(next).toBeUndefined();
});

test('a service that is registered again is listed once, as it is now', async () => {
  const name = `${prefix}-c`;
  const before = registered.get(name);
  if (!before) throw new Error('It was not registered.');
  const again = registerService(
    before,
    { ...before, owner: 'team-b', correlationId: 'corr', traceId: '0'.repeat(32) },
    moment(1),
  );
  await account.deps.services.commit(again);
  registered.set(name, again.after);
  const found = (await pages(100)).flat().filter((service) => service.name === name);
  expect(found.map(({ owner }) => owner)).toEqual(['team-b']);
});
