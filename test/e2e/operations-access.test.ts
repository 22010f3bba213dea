import { DisableRuleCommand, EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { functionCatalog, nameOf } from '#functions/catalog.ts';
import { localCredentials } from '#local/stack/client-options.ts';
import { region } from '#local/stack/names.ts';
import { createDeployment } from '#schemas/api/create-deployment.ts';
import { listDeployments } from '#schemas/api/list-deployments.ts';
import type { Permission } from '#schemas/api/permission.ts';
import { startE2eHost, type E2eHost } from '#test/support/e2e-host.ts';
import { mintToken } from '#test/support/mint-token.ts';
import { register, untilOver } from '#test/support/deployments.ts';
import { smallService } from '#test/support/small-service.ts';
import { watchedGateway } from '#test/support/watched-gateway.ts';

const json = { 'content-type': 'application/json' };

/** Written out once more: who reads it here must not have to believe the table that is tested. */
const rolesWith: Readonly<Record<Permission, readonly string[]>> = {
  'deployment:read': ['viewer', 'developer', 'release-engineer', 'platform', 'security'],
  'deployment:trigger': ['developer', 'release-engineer', 'platform'],
  'deployment:manage': ['release-engineer', 'platform'],
  'deployment:rollback': ['release-engineer', 'platform'],
  'environment:manage': ['platform'],
  'policy:manage': ['security'],
  'audit:read': ['platform', 'security'],
};
const everyRole = rolesWith['deployment:read'];

const operations = functionCatalog.flatMap(({ trigger }) => {
  if (trigger.kind !== 'api' || trigger.contract.permission === 'public') return [];
  const { operation, method, path, permission } = trigger.contract;
  return [{ operation, method, permission, path: path.replaceAll(/\{(\w+)\}/g, (_, name: string) => sampleOf(name)) }];
});

function sampleOf(parameter: string): string {
  if (parameter === 'service') return 'orders';
  return parameter === 'deploymentId' ? `dep_${'0'.repeat(26)}` : 'x';
}

describe('every operation', () => {
  let host: E2eHost;
  let tableRequests: readonly string[] = [];
  let before = 0;
  const seen = (): readonly string[] => tableRequests.slice(before);
  const as = async (wish: Parameters<typeof mintToken>[1]) => host.api.as(await mintToken(host.directory, wish));

  beforeAll(async () => {
    host = await startE2eHost(undefined, {
      watch(gateway) {
        const watched = watchedGateway(gateway);
        ({ tableRequests } = watched);
        return watched.gateway;
      },
    });
    await quieten(host);
  });
  afterAll(() => host.close());
  beforeEach(() => {
    before = tableRequests.length;
  });

  it('is looked at here, and a request that may be answered does reach the table', async () => {
    expect(operations.length).toBeGreaterThanOrEqual(8);
    await (await as({ roles: ['viewer'] })).call(listDeployments);
    expect(seen()).not.toEqual([]);
  });

  it.each(operations)('$operation: without a token 401, and the table is unread', async ({ method, path }) => {
    const { status, body } = await host.api.as(undefined).refused(method, path);
    expect([status, body.code]).toEqual([401, 'unauthenticated']);
    const forged = await (await as({ forged: true })).refused(method, path);
    expect(forged.status).toBe(401);
    expect(seen()).toEqual([]);
  });

  it.each(operations)(
    '$operation: with any role that lacks $permission 403, and the table is unread',
    async ({ method, path, permission }) => {
      const lacking = everyRole.filter((role) => !rolesWith[permission].includes(role));
      for (const roles of [[], ['no-such-role'], ...lacking.map((role) => [role])]) {
        const api = await as({ roles, groups: ['team-a'] });
        const { status, body } = await api.refused(method, path, method === 'GET' ? {} : { headers: json, body: '{' });
        expect([roles, status, body.code]).toEqual([roles, 403, 'permission_denied']);
        expect(body.detail).toBe(`This needs the permission ${permission}.`);
      }
      expect(seen()).toEqual([]);
    },
  );

  it.each(operations)(
    '$operation: with each role that has $permission not 403',
    async ({ method, path, permission }) => {
      for (const role of rolesWith[permission]) {
        const { status } = await (
          await as({ roles: [role] })
        ).request(method, path, { headers: json, ...(method !== 'GET' && { body: '{' }) });
        expect([401, 403], `${role} got ${status}`).not.toContain(status);
      }
    },
  );
});

describe('with the permission but not the service', () => {
  let host: E2eHost;
  let commit: string;
  const as = async (subject: string, ...groups: readonly string[]) =>
    host.api.as(await mintToken(host.directory, { subject, groups, roles: ['release-engineer'] }));
  const wanted = () => JSON.stringify({ service: 'orders', environment: 'staging', commit });

  beforeAll(async () => {
    host = await startE2eHost();
    const repository = await host.repository('orders');
    // Long enough for everybody to ask while it is on its way.
    commit = await repository.commit(smallService('orders', { test: ['sleep 3'] }));
    await register(host.api, 'orders', repository.url);
  });
  afterAll(() => host.close());

  it('nobody deploys, joins a deployment on its way, or has the answer to an owner’s key', async () => {
    const stranger = await as('eve', 'team-b');
    const first = await stranger.refused('POST', '/v1/deployments', { headers: json, body: wanted() });
    expect([first.status, first.body.code]).toEqual([403, 'permission_denied']);
    expect(first.body.detail).toContain('"team-a"');

    const owner = await as('ada', 'team-a');
    const key = { 'idempotency-key': 'release-1' };
    const input = { body: { service: 'orders', environment: 'staging', commit }, headers: key };
    const { status, body } = await owner.call(createDeployment, input);
    expect(status).toBe(201);

    const strangers = [
      { who: stranger, headers: json },
      { who: stranger, headers: { ...json, ...key } },
      // The same subject under the same key, who has left the group since.
      { who: await as('ada', 'team-b'), headers: { ...json, ...key } },
    ];
    for (const { who, headers } of strangers) {
      const refused = await who.refused('POST', '/v1/deployments', { headers, body: wanted() });
      expect([refused.status, refused.body.code]).toEqual([403, 'permission_denied']);
      expect(JSON.stringify(refused.body)).not.toContain(body.id);
      expect(refused.headers.get('location')).toBeNull();
    }

    // Somebody of the group joins, and the owner's key still answers.
    const colleague = await as('bob', 'team-b', 'team-a');
    const joined = await colleague.call(createDeployment, { ...input, headers: {} });
    const again = await owner.call(createDeployment, input);
    expect([joined.status, joined.body.id, again.status, again.body.id]).toEqual([200, body.id, 200, body.id]);

    for (const [path, sent] of [
      ['cancel', '{}'],
      ['retry', ''],
    ]) {
      const refused = await stranger.request('POST', `/v1/deployments/${body.id}/${path}`, {
        headers: json,
        ...(sent && { body: sent }),
      });
      expect([path, refused.status]).toEqual([path, 403]);
    }
    expect((await untilOver(host.api, body.id)).status).toBe('succeeded');
    // Reading is for everybody who may read.
    expect((await stranger.call(listDeployments)).body.items.map(({ id }) => id)).toEqual([body.id]);
  });

  it('of a service that there is not, a stranger learns what everybody does', async () => {
    const body = JSON.stringify({ service: 'invoices', environment: 'staging', commit });
    for (const api of [await as('eve', 'team-b'), host.api]) {
      const refused = await api.refused('POST', '/v1/deployments', { headers: json, body });
      expect([refused.status, refused.body.code]).toEqual([404, 'not_found']);
    }
  });
});

/** Nothing goes to the table by itself, so that whatever does is of a request. */
async function quieten({ awsUrl }: E2eHost): Promise<void> {
  const events = new EventBridgeClient({ region, endpoint: awsUrl, credentials: localCredentials });
  for (const row of functionCatalog.filter(({ trigger }) => trigger.kind === 'schedule')) {
    await events.send(new DisableRuleCommand({ Name: nameOf(row) }));
  }
  events.destroy();
  // What had begun before.
  await new Promise((resolve) => setTimeout(resolve, 500));
}
