import { afterAll, beforeAll, expect, it } from 'vitest';
import { getService } from '#schemas/api/get-service.ts';
import { listServices } from '#schemas/api/list-services.ts';
import { deploy, register } from '#test/support/deployments.ts';
import { startE2eHost, type E2eHost } from '#test/support/e2e-host.ts';
import { mintToken } from '#test/support/mint-token.ts';
import { smallService } from '#test/support/small-service.ts';

let host: E2eHost;
beforeAll(async () => {
  host = await startE2eHost();
});
afterAll(() => host.close());

it('what runs where now is asked of one service, or of all of them page by page', async () => {
  expect((await host.api.call(listServices)).body).toEqual({ items: [] });
  const repository = await host.repository('orders');
  for (const name of ['pears', 'orders', 'apples']) await register(host.api, name, repository.url);
  const commit = await repository.commit(smallService('orders'));
  const first = await deploy(host.api, 'orders', 'staging', commit);
  const broken = await repository.commit(smallService('orders', { test: ['false'] }));
  const second = await deploy(host.api, 'orders', 'staging', broken);
  expect([first.status, second.status]).toEqual(['succeeded', 'failed']);

  const { body } = await host.api.call(getService, { params: { service: 'orders' } });
  expect(body).toMatchObject({ name: 'orders', owner: 'team-a', repository: repository.url });
  expect(body.states['staging']).toMatchObject({
    current: { deploymentId: first.id, version: first.version, commit, url: first.url },
    last: { id: second.id, status: 'failed', commit: broken },
  });
  expect(body.states['staging']?.previous).toBeUndefined();
  expect(body.states['production']).toEqual({});

  const page = (await host.api.call(listServices, { query: { limit: 2 } })).body;
  expect(page.items.map(({ name }) => name)).toEqual(['apples', 'orders']);
  expect(page.items[1]).toEqual(body);
  const rest = (await host.api.call(listServices, { query: { limit: 2, cursor: page.cursor ?? '' } })).body;
  expect(rest.items.map(({ name }) => name)).toEqual(['pears']);
  expect(rest.cursor).toBeUndefined();
});

it('everybody who may read may read them, and nobody else', async () => {
  const viewer = host.api.as(await mintToken(host.directory, { roles: ['viewer'], groups: ['team-b'] }));
  expect((await viewer.call(getService, { params: { service: 'orders' } })).status).toBe(200);
  for (const path of ['/v1/services', '/v1/services/orders']) {
    expect((await host.api.as(undefined).refused('GET', path)).status).toBe(401);
  }
});

it('a service that there is not, a bad name and a bad cursor have a problem each', async () => {
  const cases = [
    ['/v1/services/invoices', 404, 'not_found'],
    ['/v1/services/No%20name', 422, 'validation_error'],
    ['/v1/services?limit=51', 422, 'validation_error'],
    ['/v1/services?cursor=orders~AAAA', 422, 'validation_error'],
    ['/v1/services?owner=shop', 422, 'validation_error'],
  ] as const;
  for (const [path, status, code] of cases) {
    const refused = await host.api.refused('GET', path);
    expect([path, refused.status, refused.body.code]).toEqual([path, status, code]);
  }
});
