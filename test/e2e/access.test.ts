import { paginateScan } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { health } from '#schemas/api/health.ts';
import { listDeployments } from '#schemas/api/list-deployments.ts';
import type { ApiClient } from '#test/support/api-client.ts';
import { awsClients } from '#test/support/aws-clients.ts';
import { startE2eHost, type E2eHost } from '#test/support/e2e-host.ts';
import { mintToken } from '#test/support/mint-token.ts';

const json = { 'content-type': 'application/json' };
const body = JSON.stringify({ service: 'orders', environment: 'staging', commit: 'a'.repeat(40) });

describe('the API', () => {
  let host: E2eHost;
  const as = async (wish: Parameters<typeof mintToken>[1]): Promise<ApiClient> =>
    host.api.as(await mintToken(host.directory, wish));

  beforeAll(async () => {
    host = await startE2eHost();
  });
  afterAll(() => host.close());

  it.each([
    ['GET', '/v1/deployments'],
    ['POST', '/v1/deployments'],
    ['GET', `/v1/deployments/dep_${'0'.repeat(26)}`],
    ['GET', `/v1/deployments/dep_${'0'.repeat(26)}/status`],
    ['GET', `/v1/deployments/dep_${'0'.repeat(26)}/logs`],
    ['PUT', '/v1/services/orders'],
    ['POST', '/v1/manifests/validate'],
  ])('answers %s %s without a token with 401', async (method, path) => {
    const { status, headers, body: told } = await host.api.as(undefined).refused(method, path);
    expect(status).toBe(401);
    expect(headers.get('www-authenticate')).toBe('Bearer');
    expect(told).toMatchObject({ code: 'unauthenticated', type: 'urn:deployment-service:problem:unauthenticated' });
    expect(told.requestId).toBe(headers.get('x-request-id'));
  });

  it.each([
    ['forged', { forged: true }],
    ['expired', { lifetimeSeconds: -60 }],
    ['meant for another audience', { audience: 'another-service' }],
    ['of another issuer', { issuer: 'https://issuer.example.org' }],
  ] as const)('answers a token that is %s with 401', async (_, wish) => {
    const { status, body: told } = await (await as(wish)).refused('GET', '/v1/deployments');
    expect([status, told.code]).toEqual([401, 'unauthenticated']);
  });

  it('answers a token without a signature, half a token and another scheme with 401', async () => {
    const [head = '', claims = '', signature = ''] = (await mintToken(host.directory)).split('.');
    const unsigned = Buffer.from(JSON.stringify({ alg: 'none' })).toString('base64url');
    const tokens = [`${unsigned}.${claims}.`, `${unsigned}.${claims}.${signature}`, `${head}.${claims}`, 'x'];
    for (const token of tokens) {
      expect((await host.api.as(token).refused('GET', '/v1/deployments')).status).toBe(401);
    }
    const anonymous = host.api.as(undefined);
    for (const authorization of ['', 'Bearer', `Basic ${claims}`, `${head}.${claims}.${signature}`]) {
      expect((await anonymous.refused('GET', '/v1/deployments', { headers: { authorization } })).status).toBe(401);
    }
  });

  it('lets a viewer read', async () => {
    expect((await (await as({ roles: ['viewer'] })).call(listDeployments)).body).toEqual({ items: [] });
  });

  it.each([
    ['a viewer', ['viewer'], 'POST', '/v1/deployments', 'deployment:trigger'],
    ['nobody in particular', [], 'GET', '/v1/deployments', 'deployment:read'],
    ['a role that does not exist', ['toString', 'admin'], 'GET', '/v1/deployments', 'deployment:read'],
    ['a developer', ['developer'], 'PUT', '/v1/services/orders', 'environment:manage'],
  ])('answers %s who may not with 403, and writes nothing', async (_, roles, method, path, permission) => {
    const rows = await rowsOf(host);
    const api = await as({ roles });
    const { status, body: told } = await api.refused(method, path, method === 'GET' ? {} : { headers: json, body });
    expect([status, told.code]).toEqual([403, 'permission_denied']);
    expect(told.detail).toContain(permission);
    expect(await rowsOf(host)).toEqual(rows);
  });

  it('refuses before it looks at the request, so that nobody learns by it what there is', async () => {
    const viewer = await as({ roles: ['viewer'] });
    expect((await viewer.refused('POST', '/v1/deployments', { headers: json, body: '{' })).status).toBe(403);
  });

  it('tells everybody how it is', async () => {
    expect((await host.api.as(undefined).call(health)).body).toMatchObject({ status: 'ok', queueDepth: 0 });
  });
});

/** The keys of the whole table, but for the runner's heartbeat, which comes by itself. */
async function rowsOf({ awsUrl }: E2eHost): Promise<readonly string[]> {
  const rows: string[] = [];
  const { table: client } = awsClients(awsUrl);
  for await (const { Items = [] } of paginateScan({ client }, { TableName: 'deployment-service' })) {
    rows.push(...Items.map(({ pk, sk }) => `${pk?.S} ${sk?.S}`));
  }
  return rows.filter((row) => !row.startsWith('CAP#')).sort();
}
