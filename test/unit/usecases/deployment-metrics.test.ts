import { describe, expect, test } from 'vitest';
import type { DeploymentPage, DeploymentQuery } from '#ports/deployment-store.ts';
import type { Deps } from '#ports/deps.ts';
import { getDeploymentMetrics } from '#usecases/get-deployment-metrics.ts';
import { aDeployment } from '#test/support/builders.ts';

const now = Date.UTC(2026, 0, 31, 12);
const hourMs = 3_600_000;

/** A store with so many deployments, one an hour, the newest an hour ago. */
function storeOf(count: number) {
  const asked: DeploymentQuery[] = [];
  const list = (query: DeploymentQuery): Promise<DeploymentPage> => {
    asked.push(query);
    const from = query.after ? Number(query.after.id) : 0;
    const items = Array.from({ length: Math.min(query.limit, count - from) }, (_, index) => {
      const createdAtMs = now - (from + index + 1) * hourMs;
      return aDeployment({ createdAtMs, createdAt: new Date(createdAtMs).toISOString(), status: 'succeeded' });
    });
    const next = from + items.length;
    return Promise.resolve({ items, ...(next < count && { next: { createdAt: 'c', id: String(next) } }) });
  };
  const deps = { clock: { now: () => new Date(now) }, deployments: { list } } as unknown as Deps;
  return { asked, deps };
}

describe('metrics of deployments', () => {
  test('are about the last thirty days when nothing else is asked for', async () => {
    const { deps, asked } = storeOf(3);
    const answer = await getDeploymentMetrics(deps, { service: 'orders', environment: 'staging' });
    expect(asked).toEqual([
      {
        service: 'orders',
        from: '2026-01-01T12:00:00.000Z',
        to: '2026-01-31T12:00:00.000Z',
        limit: 100,
      },
    ]);
    expect(answer).toMatchObject({ from: '2026-01-01T12:00:00.000Z', to: '2026-01-31T12:00:00.000Z', complete: true });
    expect(answer.days).toHaveLength(31);
    expect(answer.days.at(-1)).toMatchObject({ day: '2026-01-31', total: 3 });
  });

  test('read every page, up to two thousand deployments, and say when there are more', async () => {
    const all = storeOf(2000);
    expect(await getDeploymentMetrics(all.deps, {})).toMatchObject({ complete: true, counts: { total: 2000 } });
    expect(all.asked).toHaveLength(20);
    const more = storeOf(2001);
    const cut = await getDeploymentMetrics(more.deps, { from: '2025-01-01T00:00:00.000Z' });
    expect(more.asked).toHaveLength(20);
    expect(cut).toMatchObject({
      complete: false,
      counts: { total: 2000 },
      from: new Date(now - 2000 * hourMs).toISOString(),
    });
    expect(cut.days[0]?.day).toBe(new Date(now - 2000 * hourMs).toISOString().slice(0, 10));
  });

  test('of one environment are looked for among what was read, so that a rare one reads no more', async () => {
    const { deps, asked } = storeOf(2001);
    const none = await getDeploymentMetrics(deps, { environment: 'production' });
    expect(none).toMatchObject({ complete: false, counts: { total: 0 } });
    expect(asked).toHaveLength(20);
    expect(await getDeploymentMetrics(storeOf(5).deps, { environment: 'staging' })).toMatchObject({
      complete: true,
      counts: { total: 5 },
    });
  });

  test('leave out a day at whose very first moment the time ends', async () => {
    const { days } = await getDeploymentMetrics(storeOf(0).deps, {
      from: '2026-01-01T00:00:00.000Z',
      to: '2026-01-03T00:00:00.000Z',
    });
    expect(days.map(({ day }) => day)).toEqual(['2026-01-01', '2026-01-02']);
  });

  test.each([
    { from: '2026-01-02T00:00:00.000Z', to: '2026-01-02T00:00:00.000Z', message: 'must be before "to"' },
    { from: '2026-02-02T00:00:00.000Z', to: undefined, message: 'must be before "to"' },
    { from: '2020-01-01T00:00:00.000Z', to: undefined, message: 'must be at most 400 days before "to"' },
  ])('refuse from $from to $to', async ({ from, to, message }) => {
    const { deps, asked } = storeOf(1);
    await expect(getDeploymentMetrics(deps, { from, to })).rejects.toMatchObject({
      code: 'validation_error',
      faults: [{ pointer: '/query/from', message }],
    });
    expect(asked).toEqual([]);
  });
});
