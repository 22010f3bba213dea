import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { HostedCommitStatuses } from '#adapters/webhooks/hosted-statuses.ts';
import type { NamedSecrets } from '#adapters/secretsmanager/named-secrets.ts';
import type { CommitStatus } from '#domain/delivery/commit-status.ts';

interface Received {
  readonly url: string;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: unknown;
}

const received: Received[] = [];
let answer: { status: number; body?: string; headers?: Record<string, string> };
let server: Server;
let url: string;
const commit = 'a'.repeat(40);
const status: CommitStatus = {
  context: 'deployment-service/staging',
  state: 'running',
  description: 'On its way',
  url: 'https://console.example.com/dep_1',
};

beforeAll(async () => {
  server = createServer((request, response) => {
    void text(request).then((body) => {
      received.push({ url: request.url ?? '', headers: request.headers, body: JSON.parse(body) });
      response.writeHead(answer.status, answer.headers).end(answer.body);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => void server.close());
beforeEach(() => {
  received.length = 0;
  answer = { status: 201 };
});

function statuses(tokens: Readonly<Record<string, string>>, apis = { github: url, gitlab: `${url}/api/v4/` }) {
  const secrets = { value: async (name: string) => tokens[name] } as NamedSecrets;
  return new HostedCommitStatuses({ secrets, prefix: 'tokens', apis });
}
const both = { 'tokens/github': 'gh-token', 'tokens/gitlab': 'gl-token' };

describe('a status', () => {
  test('is posted to GitHub as its API has it', async () => {
    expect(await statuses(both).show({ provider: 'github', path: 'acme/orders' }, commit, status)).toBe('shown');
    expect(received).toEqual([
      {
        url: `/repos/acme/orders/statuses/${commit}`,
        headers: expect.objectContaining({ authorization: 'Bearer gh-token' }) as unknown,
        body: {
          state: 'pending',
          context: 'deployment-service/staging',
          description: 'On its way',
          target_url: 'https://console.example.com/dep_1',
        },
      },
    ]);
  });

  test('is posted to GitLab as its API has it', async () => {
    const { url: _, ...plain } = status;
    const place = { provider: 'gitlab', path: 'acme/shop/orders' } as const;
    expect(await statuses(both).show(place, commit, { ...plain, state: 'cancelled' })).toBe('shown');
    expect(received).toEqual([
      {
        url: `/api/v4/projects/acme%2Fshop%2Forders/statuses/${commit}`,
        headers: expect.objectContaining({ 'private-token': 'gl-token' }) as unknown,
        body: { state: 'canceled', name: 'deployment-service/staging', description: 'On its way' },
      },
    ]);
  });

  test.each([
    [{ status: 500 }],
    [{ status: 502 }],
    [{ status: 429 }],
    [{ status: 403, headers: { 'retry-after': '60' } }],
    [{ status: 403, headers: { 'x-ratelimit-remaining': '0' } }],
    [{ status: 302, headers: { location: 'http://127.0.0.1:1/' } }],
  ])('that is answered with %j is worth another try', async (given) => {
    answer = given;
    const shown = statuses(both).show({ provider: 'github', path: 'acme/orders' }, commit, status);
    await expect(shown).rejects.toMatchObject({ code: 'unavailable', transient: true });
  });

  test.each([401, 403, 404, 422])('that is answered with %i is not', async (given) => {
    answer = { status: given, body: '{"message":"no"}' };
    expect(await statuses(both).show({ provider: 'github', path: 'acme/orders' }, commit, status)).toBe('refused');
  });

  test('that GitLab has already counts as shown', async () => {
    const place = { provider: 'gitlab', path: 'acme/orders' } as const;
    answer = { status: 400, body: '{"message":"Cannot transition status via :run from :running"}' };
    expect(await statuses(both).show(place, commit, status)).toBe('shown');
    answer = { status: 400, body: '{"message":"state is invalid"}' };
    expect(await statuses(both).show(place, commit, status)).toBe('refused');
  });

  test('goes nowhere without a token', async () => {
    const own = statuses({ 'tokens/github': 'gh-token' });
    expect([await own.isOn('github'), await own.isOn('gitlab')]).toEqual([true, false]);
    expect(await own.show({ provider: 'gitlab', path: 'acme/orders' }, commit, status)).toBe('refused');
    expect(received).toEqual([]);
  });

  test('of a host that does not answer is worth another try', async () => {
    const nobody = statuses(both, { github: 'http://127.0.0.1:1', gitlab: url });
    await expect(nobody.show({ provider: 'github', path: 'a/b' }, commit, status)).rejects.toMatchObject({
      code: 'unavailable',
    });
  });
});

describe('a repository', () => {
  const apis = { github: 'https://api.github.com', gitlab: 'https://gitlab.example.com/api/v4' };
  test.each([
    ['https://github.com/Acme/Orders.git', { provider: 'github', path: 'acme/orders' }],
    ['ssh://git@gitlab.example.com/acme/shop/orders', { provider: 'gitlab', path: 'acme/shop/orders' }],
    ['https://gitlab.com/acme/orders', undefined],
    ['https://github.com.example.org/acme/orders', undefined],
    ['file:///srv/github.com/acme/orders', undefined],
  ])('at %s is hosted at %j', (address, place) => {
    expect(statuses({}, apis).locate(address)).toEqual(place);
  });

  test('of an enterprise server is at the host of its API', () => {
    const own = statuses({}, { github: 'https://ghe.example.com/api/v3', gitlab: url });
    expect(own.locate('git@ghe.example.com:acme/orders.git')).toEqual({ provider: 'github', path: 'acme/orders' });
  });
});
