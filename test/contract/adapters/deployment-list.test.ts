import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Deployment } from '#domain/deployment/deployment.ts';
import type { DeploymentQuery, ListPosition } from '#ports/deployment-store.ts';
import { openTestAccount, startMs, uniqueService, type TestAccount } from '#test/support/account.ts';
import { aDeployment } from '#test/support/builders.ts';

const statuses = ['queued', 'running', 'succeeded', 'failed'] as const;
const environments = ['staging', 'production', 'pr-17'];
/** Around the borders of months and of a year, with ties, and one far back. */
const instants = [
  '2025-03-31T23:59:59.999Z',
  '2025-10-31T23:59:59.999Z',
  '2025-11-01T00:00:00.000Z',
  '2025-11-30T12:00:00.000Z',
  '2025-12-01T00:00:00.000Z',
  '2025-12-31T23:59:59.999Z',
  '2026-01-01T00:00:00.000Z',
  '2026-01-01T00:00:00.001Z',
  '2026-01-01T11:59:59.000Z',
];

let account: TestAccount;
let all: readonly Deployment[];
const services = [uniqueService(), uniqueService()];

beforeAll(async () => {
  account = await openTestAccount();
  const { deployments, ids } = account.deps;
  all = Array.from({ length: 72 }, (_, index) => {
    const createdAt = instants[index % instants.length] ?? '';
    return aDeployment({
      id: ids.deploymentId(),
      service: services[index % 2] ?? '',
      environment: environments[index % 3] ?? '',
      status: statuses[(index * 5) % 4] ?? 'queued',
      createdAt,
      createdAtMs: Date.parse(createdAt),
    });
  });
  for (const after of all) await deployments.commit({ before: undefined, after, writes: [], events: [] });
});
afterAll(() => account.close());

function wantedOf({ service, environment, status, from, to }: Omit<DeploymentQuery, 'limit'>): readonly string[] {
  return all
    .filter(
      (each) =>
        (service === undefined || each.service === service) &&
        (environment === undefined || each.environment === environment) &&
        (status === undefined || each.status === status) &&
        (from === undefined || each.createdAt >= from) &&
        (to === undefined || each.createdAt < to),
    )
    .map(({ createdAt, id }) => `${createdAt} ${id}`)
    .toSorted()
    .toReversed();
}

/** All pages of a list; fails when a page is too long, is empty though more is promised, or never ends. */
async function pagesOf(query: DeploymentQuery): Promise<readonly string[]> {
  const found: string[] = [];
  let after: ListPosition | undefined;
  for (let page = 0; page < 100; page++) {
    const { items, next } = await account.deps.deployments.list({ ...query, ...(after && { after }) });
    found.push(...items.map(({ createdAt, id }) => `${createdAt} ${id}`));
    expect(items.length).toBeLessThanOrEqual(query.limit);
    if (!next) return found;
    expect(items).toHaveLength(query.limit);
    after = next;
  }
  throw new Error('The list has no end.');
}

const border = fc.constantFrom(
  ...instants,
  '2025-11-15T00:00:00.000Z',
  '2026-01-02T00:00:00.000Z',
  '2031-01-01T00:00:00.000Z',
);
const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined });

describe('a list of deployments', () => {
  test('is, page by page, what filtering and sorting all of them gives', async () => {
    const query = fc.record({
      service: account.shared ? fc.constantFrom(...services) : maybe(fc.constantFrom(...services)),
      environment: maybe(fc.constantFrom(...environments)),
      status: maybe(fc.constantFrom(...statuses)),
      from: maybe(border),
      to: maybe(border),
      limit: fc.integer({ min: 1, max: 9 }),
    });
    await fc.assert(
      fc.asyncProperty(query, async (asked) => {
        expect(await pagesOf(asked)).toEqual(wantedOf(asked));
      }),
      { numRuns: 120 },
    );
  });

  test('ends exactly where a page is full', async () => {
    const service = services[0] ?? '';
    const count = wantedOf({ service }).length;
    const { items, next } = await account.deps.deployments.list({ service, limit: count });
    expect(items).toHaveLength(count);
    expect(next).toBeUndefined();
  });

  test('up to an instant that is still to come begins with the newest', async () => {
    const query = { environment: 'pr-17', to: '2031-01-01T00:00:00.000Z' };
    if (!account.shared) expect(await pagesOf({ ...query, limit: 50 })).toEqual(wantedOf(query));
  });

  test('between two instants in the wrong order is empty', async () => {
    const range = { from: '2026-01-01T00:00:00.000Z', to: '2025-12-01T00:00:00.000Z', limit: 5 };
    expect(await account.deps.deployments.list({ ...range, service: services[0] })).toEqual({ items: [] });
    expect(await account.deps.deployments.list(range)).toEqual({ items: [] });
  });

  test('goes on after a position whose deployment has changed its status meanwhile', async () => {
    const service = uniqueService();
    const { deployments, ids } = account.deps;
    const made = Array.from({ length: 4 }, (_, second) => {
      const createdAtMs = startMs + second * 1000;
      return aDeployment({
        id: ids.deploymentId(),
        service,
        status: 'queued',
        createdAt: new Date(createdAtMs).toISOString(),
        createdAtMs,
      });
    });
    for (const after of made) await deployments.commit({ before: undefined, after, writes: [], events: [] });
    const page = await deployments.list({ service, status: 'queued', limit: 2 });
    const [before] = page.items.slice(-1);
    if (!before || !page.next) throw new Error('There is no second page.');
    const after: Deployment = { ...before, status: 'failed', rev: before.rev + 1 };
    await deployments.commit({ before, after, writes: [], events: [] });
    const rest = await deployments.list({ service, status: 'queued', limit: 2, after: page.next });
    expect(rest.items.map(({ id }) => id)).toEqual([made[1]?.id, made[0]?.id]);
  });
});
