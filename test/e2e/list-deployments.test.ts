import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DeploymentSummary } from '#schemas/api/deployment-view.ts';
import { listDeployments } from '#schemas/api/list-deployments.ts';
import { begin, eventually, register } from '#test/support/deployments.ts';
import { startE2eHost, type E2eHost } from '#test/support/e2e-host.ts';

type Query = Readonly<Record<string, string | number>>;

describe('the list of deployments', () => {
  let host: E2eHost;
  /** Newest first, as they were asked for. */
  let asked: readonly string[];
  let all: readonly DeploymentSummary[];

  const page = async (query: Query) => (await host.api.call(listDeployments, { query })).body;
  const pages = async (query: Query): Promise<readonly (readonly DeploymentSummary[])[]> => {
    const found: (readonly DeploymentSummary[])[] = [];
    for (let cursor: string | undefined; ;) {
      const { items, cursor: next } = await page({ ...query, ...(cursor !== undefined && { cursor }) });
      found.push(items);
      if (next === undefined) return found;
      cursor = next;
    }
  };
  const idsOf = (items: readonly DeploymentSummary[]) => items.map(({ id }) => id);
  const where = (matches: (item: DeploymentSummary) => boolean) => idsOf(all.filter(matches));

  beforeAll(async () => {
    host = await startE2eHost();
    // An empty repository: none of the commits is there, so each deployment ends as soon as it is looked for.
    const { url } = await host.repository('empty');
    await register(host.api, 'apples', url);
    await register(host.api, 'pears', url);
    const ids: string[] = [];
    for (let number = 0; number < 25; number++) {
      const service = number % 5 === 0 ? 'pears' : 'apples';
      const environment = number % 2 === 0 ? 'staging' : 'production';
      ids.unshift(await begin(host.api, service, environment, randomBytes(20).toString('hex')));
    }
    asked = ids;
    all = await eventually(async () => {
      const { items } = await page({ limit: 100 });
      return items.every(({ status }) => status === 'failed' || status === 'superseded') && items;
    }, 'all deployments are over');
  });
  afterAll(() => host.close());

  it('has the newest first', () => {
    expect(idsOf(all)).toEqual(asked);
  });

  it('comes in pages that have each deployment once, in the same order', async () => {
    const found = await pages({ limit: 10 });
    expect(found.map(({ length }) => length)).toEqual([10, 10, 5]);
    expect(idsOf(found.flat())).toEqual(asked);
    expect((await pages({ limit: 25 })).map(({ length }) => length)).toEqual([25]);
    expect(idsOf((await pages({ limit: 1, service: 'pears' })).flat())).toEqual(
      where((item) => item.service === 'pears'),
    );
  });

  it('stays whole for somebody in the middle of it while new ones are added at its top', async () => {
    const first = await page({ limit: 10 });
    await begin(host.api, 'pears', 'staging', randomBytes(20).toString('hex'));
    const rest = await pages({ limit: 10, cursor: first.cursor ?? '' });
    expect([...idsOf(first.items), ...idsOf(rest.flat())]).toEqual(asked);
  });

  it('is filtered by service, environment and status, alone and together', async () => {
    const to = new Date(Date.parse(all[0]?.createdAt ?? '') + 1).toISOString();
    const filtered = async (query: Query) => idsOf((await pages({ limit: 7, to, ...query })).flat());
    expect(await filtered({ service: 'pears' })).toEqual(where((item) => item.service === 'pears'));
    expect(await filtered({ environment: 'production' })).toEqual(where((item) => item.environment === 'production'));
    expect(await filtered({ status: 'superseded' })).toEqual(where((item) => item.status === 'superseded'));
    expect(await filtered({ service: 'apples', environment: 'staging', status: 'failed' })).toEqual(
      where((item) => item.service === 'apples' && item.environment === 'staging' && item.status === 'failed'),
    );
    expect(await filtered({ status: 'rolled_back' })).toEqual([]);
    expect(await filtered({ service: 'plums' })).toEqual([]);
    expect(where((item) => item.status === 'superseded').length).toBeGreaterThan(0);
    expect(where((item) => item.status === 'failed').length).toBeGreaterThan(0);
  });

  it('begins at `from` and ends before `to`', async () => {
    const from = all[19]?.createdAt ?? '';
    const to = all[4]?.createdAt ?? '';
    const wanted = where(({ createdAt }) => createdAt >= from && createdAt < to);
    expect(wanted.length).toBeGreaterThan(5);
    for (const query of [{}, { service: 'apples' }]) {
      const found = idsOf((await pages({ limit: 4, from, to, ...query })).flat());
      expect(found).toEqual(
        wanted.filter((id) => !('service' in query) || where((item) => item.service === 'apples').includes(id)),
      );
    }
    expect((await page({ from: to, to: from })).items).toEqual([]);
  });

  it('refuses a cursor that was made up, altered, or belongs to another list', async () => {
    const { cursor = '' } = await page({ limit: 3 });
    const last = cursor.at(-1) === 'A' ? 'B' : 'A';
    const altered = [cursor.slice(0, -1) + last, `${cursor}~`, cursor.replace('~dep_', '~dep_0'), '~~', 'x', '%00'];
    for (const each of altered) {
      const { status, body } = await host.api.refused(
        'GET',
        `/v1/deployments?limit=3&cursor=${encodeURIComponent(each)}`,
      );
      expect([status, body.code, body.faults?.[0]?.pointer]).toEqual([422, 'validation_error', '/query/cursor']);
    }
    const elsewhere = `/v1/deployments?limit=3&service=pears&cursor=${encodeURIComponent(cursor)}`;
    expect((await host.api.refused('GET', elsewhere)).status).toBe(422);
    expect((await page({ limit: 5, cursor })).items).toHaveLength(5);
  });
});
