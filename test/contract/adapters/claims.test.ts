import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openTestAccount, type TestAccount } from '#test/support/account.ts';

const dayMs = 24 * 3_600_000;
let account: TestAccount;
beforeAll(async () => {
  account = await openTestAccount();
});
afterAll(() => account.close());

describe('a claim', () => {
  const id = (name: string): string => `${name}-${Date.now()}`;

  test('is given to the first of fifty who ask at once', async () => {
    const own = id('once');
    const given = await Promise.all(Array.from({ length: 50 }, () => account.deps.claims.claim('metrics', own)));
    expect(given.filter(Boolean)).toHaveLength(1);
    expect(await account.deps.claims.claim('metrics', own)).toBe(false);
  });

  test('of one consumer is not that of another', async () => {
    const own = id('shared');
    expect(await account.deps.claims.claim('metrics', own)).toBe(true);
    expect(await account.deps.claims.claim('somebody-else', own)).toBe(true);
  });

  test('holds for three weeks, and not for ever', async () => {
    const own = id('long');
    expect(await account.deps.claims.claim('metrics', own)).toBe(true);
    expect(await account.later(20 * dayMs).claims.claim('metrics', own)).toBe(false);
    expect(await account.later(22 * dayMs).claims.claim('metrics', own)).toBe(true);
  });
});
