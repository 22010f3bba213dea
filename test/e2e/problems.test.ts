import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { validateServiceManifest } from '#schemas/api/validate-service-manifest.ts';
import { listDeployments } from '#schemas/api/list-deployments.ts';
import { register } from '#test/support/deployments.ts';
import { startE2eHost, type E2eHost } from '#test/support/e2e-host.ts';

const json = { 'content-type': 'application/json' };
const commit = 'a'.repeat(40);

describe('the API says what is wrong with', () => {
  let host: E2eHost;
  const post = (body: unknown, headers: Record<string, string> = json) =>
    host.api.refused('POST', '/v1/deployments', {
      headers,
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });

  beforeAll(async () => {
    host = await startE2eHost();
    await register(host.api, 'orders', 'https://git.example.org/orders.git');
  });
  afterAll(() => host.close());

  it.each(['/', '/v1', '/v1/deployment', '/v1/deployments/', '/v2/deployments', '/v1/deployments/x/y/z', '/%2e%2e'])(
    'the path %s, where there is nothing',
    async (path) => {
      const { status, headers, body } = await host.api.refused('GET', path);
      expect([status, body.status, body.code]).toEqual([404, 404, 'not_found']);
      expect(body.requestId).toBe(headers.get('x-request-id'));
    },
  );

  it.each([
    ['DELETE', '/v1/deployments', ['GET', 'POST']],
    ['POST', '/v1/health', ['GET']],
    ['DELETE', '/v1/services/orders', ['GET', 'PUT']],
    ['PATCH', '/v1/manifests/validate', ['POST']],
  ])('the method %s on %s, and which would do', async (method, path, allowed) => {
    const { status, headers } = await host.api.refused(method, path);
    expect(status).toBe(405);
    expect(headers.get('allow')?.split(', ').sort()).toEqual(allowed);
  });

  it('a body that is no JSON, is missing, or calls itself something else', async () => {
    const cases = [
      ['{"service":', json, 'is not JSON'],
      ['', json, 'is missing'],
      [
        JSON.stringify({ service: 'orders', environment: 'staging', commit }),
        { 'content-type': 'text/plain' },
        'text/plain',
      ],
    ] as const;
    for (const [body, headers, complaint] of cases) {
      const refused = await post(body, headers);
      expect([refused.status, refused.body.code]).toEqual([422, 'validation_error']);
      expect(refused.body.faults).toEqual(
        expect.arrayContaining([{ pointer: '', message: expect.stringContaining(complaint) as string }]),
      );
    }
  });

  it('every field of a request at once, each with its pointer', async () => {
    const { status, body } = await post({ service: 'Orders', environment: 7, commit: 'main', force: true, 'a/b~c': 1 });
    expect([status, body.code, body.detail]).toEqual([422, 'validation_error', 'The request has 5 faults.']);
    const faults = Object.fromEntries(body.faults?.map(({ pointer, message }) => [pointer, message]) ?? []);
    expect(faults).toEqual({
      '/service': 'must be 2 to 40 of a-z, 0-9 and "-", starting with a letter',
      '/environment': expect.stringContaining('string') as string,
      '/commit': 'must be a full commit id: 40 hexadecimal digits',
      '/force': 'is not known here',
      '/a~1b~0c': 'is not known here',
    });
  });

  it('a body of another shape altogether', async () => {
    for (const body of [[], null, 'text', 7]) {
      const refused = await post(JSON.stringify(body));
      expect(refused.status).toBe(422);
      expect(refused.body.faults).toEqual([{ pointer: '', message: expect.stringContaining('object') as string }]);
    }
  });

  it('query parameters, unknown ones, doubled ones and bad ones together', async () => {
    const query = 'limit=0&limt=5&service=a&from=yesterday&environment=staging&environment=production';
    const { status, body } = await host.api.refused('GET', `/v1/deployments?${query}`);
    expect(status).toBe(422);
    expect(body.faults?.map(({ pointer }) => pointer).sort()).toEqual([
      '/query/environment',
      '/query/from',
      '/query/limit',
      '/query/limt',
      '/query/service',
    ]);
  });

  it('an id that cannot be one, and one that nothing has', async () => {
    for (const path of ['', '/status', '/logs']) {
      const bad = await host.api.refused('GET', `/v1/deployments/dep_1${path}`);
      expect([bad.status, bad.body.faults?.[0]?.pointer]).toEqual([422, '/path/deploymentId']);
      const unknown = await host.api.refused('GET', `/v1/deployments/dep_${'0'.repeat(26)}${path}`);
      expect([unknown.status, unknown.body.code]).toEqual([404, 'not_found']);
    }
    const headers = { accept: 'text/event-stream' };
    const followed = await host.api.refused('GET', `/v1/deployments/dep_${'0'.repeat(26)}/logs`, { headers });
    expect(followed.status).toBe(404);
  });

  it('a service that nobody registered, and an environment that a service does not have', async () => {
    const unknown = await post({ service: 'invoices', environment: 'staging', commit });
    expect([unknown.status, unknown.body.code]).toEqual([404, 'not_found']);
    expect(unknown.body.detail).toContain('invoices');

    const misspelt = await post({ service: 'orders', environment: 'stagging', commit });
    expect([misspelt.status, misspelt.body.code]).toEqual([422, 'validation_error']);
    expect(misspelt.body.faults).toEqual([
      { pointer: '/environment', message: 'must be one of staging, production', suggestion: 'staging' },
    ]);
    expect((await host.api.call(listDeployments)).body.items).toEqual([]);
  });

  it('a repository that must not be reached', async () => {
    for (const repository of [
      'ext::sh -c id',
      'http://git.example.org/x',
      'https://ada:secret@git.example.org/x',
      '-u',
    ]) {
      const { status, body } = await host.api.refused('PUT', '/v1/services/orders', {
        headers: json,
        body: JSON.stringify({ repository, owner: 'team-a', environments: { staging: {} } }),
      });
      expect([status, body.faults?.[0]?.pointer]).toEqual([422, '/repository']);
    }
  });

  it('a body over one megabyte, and over ten', async () => {
    const overOne = await post(`"${'x'.repeat(1024 * 1024)}"`);
    expect([overOne.status, overOne.body.code]).toEqual([422, 'validation_error']);
    const overTen = await post(`"${'x'.repeat(10 * 1024 * 1024)}"`);
    expect([overTen.status, overTen.body.code]).toEqual([413, 'validation_error']);
  });

  it('a service.yaml, every fault at its line and column', async () => {
    const body = 'apiVersion: deployment-service/v1\nname: Orders\ntarget:\n  type: lambda\n  memory: 5\n';
    const answer = await host.api.call(validateServiceManifest, {
      body,
      headers: { 'content-type': 'application/yaml' },
    });
    expect(answer.body).toMatchObject({ valid: false });
    expect(answer.body.faults).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ pointer: '/name', line: 2, column: 7 }),
        expect.objectContaining({ pointer: '/target/memory', code: 'unknown_key', line: 5, suggestion: 'memoryMb' }),
      ]),
    );
  });

  it('nothing, when a request is cut off in the middle of its body: the next one is served', async () => {
    await cutOff(host.apiUrl);
    expect((await host.api.request('GET', '/v1/health')).status).toBe(200);
  });
});

/** Promises more bytes than it sends, and goes. */
function cutOff(url: string): Promise<void> {
  return new Promise((resolve) => {
    const headers = { ...json, 'content-length': 1000, authorization: 'Bearer a.b.c' };
    const sent = request(`${url}/v1/deployments`, { method: 'POST', agent: false, headers });
    sent.on('error', () => resolve());
    sent.on('close', () => resolve());
    sent.write('{"service":', () => sent.destroy());
  });
}
