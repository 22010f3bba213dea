import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openTestAccount, uniqueService, startMs, type TestAccount } from '#test/support/account.ts';
import { aDeployment } from '#test/support/builders.ts';
import { listDeployments } from '#usecases/list-deployments.ts';

let account: TestAccount;
const service = uniqueService();
const other = uniqueService();
beforeAll(async () => {
  account = await openTestAccount();
  for (const [index, each] of [service, other].flatMap((name) => Array.from({ length: 5 }, () => name)).entries()) {
    const createdAtMs = startMs - 10_000 + index * 1000;
    const createdAt = new Date(createdAtMs).toISOString();
    const after = aDeployment({ id: account.deps.ids.deploymentId(), service: each, createdAt, createdAtMs });
    await account.deps.deployments.commit({ before: undefined, after, writes: [], events: [] });
  }
});
afterAll(() => account.close());

const list = (input: Parameters<typeof listDeployments>[1]) => listDeployments(account.deps, input);

async function firstCursor(input: Parameters<typeof listDeployments>[1] = { service, limit: 2 }): Promise<string> {
  const { cursor } = await list(input);
  if (cursor === undefined) throw new Error('There is no second page.');
  return cursor;
}

const foreign = { code: 'validation_error', faults: [{ pointer: '/query/cursor' }] };

describe('the cursor of a list', () => {
  test('leads through all pages, each deployment once, and ends', async () => {
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await list({ service, limit: 2, cursor });
      seen.push(...page.items.map(({ id }) => id));
      cursor = page.cursor;
    } while (cursor !== undefined);
    const { items } = await list({ service, limit: 100 });
    expect(seen).toEqual(items.map(({ id }) => id));
    expect(seen).toHaveLength(5);
  });

  test('goes with another size of page, and with filters given as undefined', async () => {
    const cursor = await firstCursor();
    const { items } = await list({ service, limit: 100, environment: undefined, status: undefined, cursor });
    expect(items).toHaveLength(3);
  });

  test('survives being put into a URL', async () => {
    const cursor = await firstCursor();
    expect(new URL(`http://x/?cursor=${cursor}`).searchParams.get('cursor')).toBe(cursor);
    expect(cursor.length).toBeLessThan(1024);
  });

  test.each([
    { service: other },
    { service, environment: 'staging' },
    { service, status: 'running' as const },
    { service, from: '2025-01-01T00:00:00.000Z' },
    {},
  ])('does not go with the filters %j', async (filters) => {
    const cursor = await firstCursor();
    await expect(list({ ...filters, limit: 2, cursor })).rejects.toMatchObject(foreign);
  });

  test('cannot be moved or made up', async () => {
    const cursor = await firstCursor();
    const [createdAt = '', id = '', mac = ''] = cursor.split('~');
    const mark = await account.deps.seal.seal('stage-mark', `${createdAt}~${id}~{"service":"${service}"}`);
    const forgeries = [
      '',
      'x',
      '~~',
      `${createdAt}~${id}`,
      `${createdAt}~${id}~`,
      `${createdAt}~${account.deps.ids.deploymentId()}~${mac}`,
      `2030-01-01T00:00:00.000Z~${id}~${mac}`,
      `${createdAt}~${id}~${mark}`,
      `${createdAt}~${id}~${mac.slice(1)}`,
      `${cursor}~`,
      `${cursor}~{}`,
    ];
    for (const forged of forgeries) {
      await expect(list({ service, limit: 2, cursor: forged }), forged).rejects.toMatchObject(foreign);
    }
  });
});
