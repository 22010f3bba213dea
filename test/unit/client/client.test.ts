import { describe, expect, it } from 'vitest';
import { ApiProblem } from '#client/api-problem.ts';
import { createClient } from '#client/client.ts';
import { UnexpectedAnswer } from '#client/unexpected-answer.ts';
import { Unreachable } from '#client/unreachable.ts';
import { sendJson, sendProblem, smallServer } from './small-server.ts';

const id = 'dep_01M858CBG0V1A1F8QZFSX9SMHA';
const commit = 'a'.repeat(40);
const summary = {
  id,
  service: 'orders',
  environment: 'staging',
  commit,
  status: 'queued',
  run: 1,
  createdAt: '2026-01-01T00:00:00.000Z',
  actor: 'me',
};
const health = { status: 'ok', table: 'ok', runner: { status: 'ok' }, queueDepth: 0 };

function clientOf(baseUrl: string, pauses: number[] = [], timeoutMs = 5000) {
  return createClient({
    baseUrl,
    timeoutMs,
    token: () => Promise.resolve('the-token'),
    pause: (milliseconds) => Promise.resolve(void pauses.push(milliseconds)),
  });
}

describe('a call', () => {
  it('sends path, query, token and hands back the checked answer with its status', async () => {
    await using server = await smallServer((_, response) =>
      sendJson(response, 200, { items: [summary], cursor: 'next' }),
    );
    const answer = await clientOf(`${server.url}/stage/`).listDeployments({
      query: { service: 'orders', limit: 5, status: undefined, cursor: 'a b&c' },
    });
    expect(answer).toEqual({ status: 200, body: { items: [summary], cursor: 'next' } });
    expect(server.seen).toMatchObject([
      {
        method: 'GET',
        url: '/stage/v1/deployments?service=orders&limit=5&cursor=a+b%26c',
        headers: { authorization: 'Bearer the-token', accept: 'application/json' },
      },
    ]);
  });

  it('encodes what stands in the path', async () => {
    await using server = await smallServer((_, response) => sendProblem(response, 422, 'validation_error'));
    await expect(clientOf(server.url).getStatus({ params: { deploymentId: '../a b?' } })).rejects.toThrow(ApiProblem);
    expect(server.seen[0]?.url).toBe('/v1/deployments/..%2Fa%20b%3F/status');
  });

  it('sends a body as JSON, with its idempotency key, and tells new from known by the status', async () => {
    await using server = await smallServer((_, response) => sendJson(response, 201, summary));
    const body = { service: 'orders', environment: 'staging', commit };
    const answer = await clientOf(server.url).createDeployment({ body }, { idempotencyKey: 'key-1' });
    expect(answer.status).toBe(201);
    expect(server.seen[0]).toMatchObject({
      method: 'POST',
      url: '/v1/deployments',
      headers: { 'content-type': 'application/json', 'idempotency-key': 'key-1' },
    });
    expect(JSON.parse(server.seen[0]?.body ?? '')).toEqual(body);
  });

  it('sends a raw body as it is', async () => {
    await using server = await smallServer((_, response) => sendJson(response, 200, { valid: true, faults: [] }));
    await clientOf(server.url).validateServiceManifest({ body: 'name: ünï\n' });
    expect(server.seen[0]?.body).toBe('name: ünï\n');
  });

  it('asks for no token where none is needed, and takes a 503 of the contract for an answer', async () => {
    const down = { ...health, status: 'down', table: 'down' };
    await using server = await smallServer((_, response) => sendJson(response, 503, down));
    const client = createClient({ baseUrl: server.url, token: () => Promise.reject(new Error('no token')) });
    expect(await client.health()).toEqual({ status: 503, body: down });
    expect(server.seen).toHaveLength(1);
    expect(server.seen[0]?.headers).not.toHaveProperty('authorization');
  });
});

describe('a refusal', () => {
  it('is a problem with all that the service said', async () => {
    const faults = [{ pointer: '/environment', message: 'must be one of staging', suggestion: 'staging' }];
    await using server = await smallServer((_, response) =>
      sendJson(
        response,
        422,
        {
          type: 't',
          title: 'Not valid',
          status: 422,
          code: 'validation_error',
          detail: 'No.',
          requestId: 'r-9',
          faults,
        },
        { 'content-type': 'application/problem+json' },
      ),
    );
    const call = clientOf(server.url).createDeployment({ body: { service: 'orders', environment: 'x', commit } });
    await expect(call).rejects.toMatchObject({
      name: 'ApiProblem',
      status: 422,
      code: 'validation_error',
      detail: 'No.',
      requestId: 'r-9',
      faults,
    });
  });

  it('of the gateway in front of the service is a problem by its status', async () => {
    await using server = await smallServer((_, response) =>
      sendJson(response, 401, { message: 'Unauthorized' }, { 'x-amzn-requestid': 'gw-1' }),
    );
    await expect(clientOf(server.url).listDeployments()).rejects.toMatchObject({
      code: 'unauthenticated',
      detail: 'Unauthorized',
      requestId: 'gw-1',
    });
  });

  it('with a code of a later version keeps its words', async () => {
    await using server = await smallServer((_, response) => sendProblem(response, 409, 'code_of_tomorrow'));
    await expect(clientOf(server.url).listDeployments()).rejects.toMatchObject({
      status: 409,
      code: 'internal_error',
      detail: 'It is code_of_tomorrow.',
    });
  });
});

describe('an answer that is not of the service', () => {
  it('is told apart: another program, or a body that does not fit', async () => {
    await using other = await smallServer((_, response) => response.end('<html>Welcome to nginx'));
    await expect(clientOf(other.url).listDeployments()).rejects.toThrow(UnexpectedAnswer);
    await using wrong = await smallServer((_, response) => sendJson(response, 200, { items: [{ id: 'nothing' }] }));
    await expect(clientOf(wrong.url).listDeployments()).rejects.toThrow(/\/items\/0\/id/);
    await using failing = await smallServer((_, response) => response.writeHead(500).end('boom'));
    await expect(clientOf(failing.url).listDeployments()).rejects.toThrow(/status 500.*"boom"/);
  });
});

describe('a service that is busy or away', () => {
  it('is asked again for what is only read, as late as it says', async () => {
    const pauses: number[] = [];
    await using server = await smallServer((_, response) => {
      if (server.seen.length === 1) sendProblem(response, 503, 'unavailable', { 'retry-after': '3' });
      else if (server.seen.length === 2) sendProblem(response, 429, 'rate_limited');
      else if (server.seen.length === 3) response.destroy();
      else sendJson(response, 200, { items: [] });
    });
    expect((await clientOf(server.url, pauses).listDeployments()).body.items).toEqual([]);
    expect(server.seen).toHaveLength(4);
    expect(pauses[0]).toBe(3000);
    expect(pauses).toHaveLength(3);
  });

  it('is asked four times at most, and not at all when it asks for a long time', async () => {
    await using server = await smallServer((_, response) => sendProblem(response, 503, 'unavailable'));
    await expect(clientOf(server.url).listDeployments()).rejects.toMatchObject({ status: 503 });
    expect(server.seen).toHaveLength(4);
    await using later = await smallServer((_, response) =>
      sendProblem(response, 429, 'rate_limited', { 'retry-after': '600' }),
    );
    await expect(clientOf(later.url).listDeployments()).rejects.toMatchObject({ retryAfterMs: 600_000 });
    expect(later.seen).toHaveLength(1);
  });

  it('is not asked again for what changes something', async () => {
    await using server = await smallServer((_, response) => response.destroy());
    const body = { service: 'orders', environment: 'staging', commit };
    await expect(clientOf(server.url).createDeployment({ body })).rejects.toBeInstanceOf(Unreachable);
    expect(server.seen).toHaveLength(1);
  });

  it('is named with its address, the reason and the way out', async () => {
    const port = await freePort();
    await expect(clientOf(`http://127.0.0.1:${port}`).health()).rejects.toMatchObject({
      name: 'Unreachable',
      url: `http://127.0.0.1:${port}/v1/health`,
      message: `No answer from http://127.0.0.1:${port}/v1/health: the connection was refused.`,
      wayOut: expect.stringContaining('npm start') as string,
    });
  });

  it('is given up when an answer takes too long, to the head or in the middle of the body', async () => {
    await using silent = await smallServer(() => undefined);
    await expect(clientOf(silent.url, [], 20).health()).rejects.toThrow('there was no answer in time');
    await using halting = await smallServer((_, response) => void response.writeHead(200).write('{'));
    await expect(clientOf(halting.url, [], 20).health()).rejects.toThrow('there was no answer in time');
  });
});

it('a caller who gives up gets the own reason back, also between two attempts', async () => {
  await using silent = await smallServer(() => stop.abort(new Error('enough')));
  const stop = new AbortController();
  await expect(clientOf(silent.url).health(undefined, { signal: stop.signal })).rejects.toThrow('enough');

  const later = new AbortController();
  await using busy = await smallServer((_, response) => sendProblem(response, 503, 'unavailable'));
  const client = createClient({
    baseUrl: busy.url,
    token: () => Promise.resolve('t'),
    pause: () => Promise.resolve(later.abort(new Error('enough'))),
  });
  await expect(client.listDeployments({}, { signal: later.signal })).rejects.toThrow('enough');
  expect(busy.seen).toHaveLength(1);
});

/** A port that was free a moment ago. */
async function freePort(): Promise<string> {
  const server = await smallServer(() => undefined);
  await server[Symbol.asyncDispose]();
  return new URL(server.url).port;
}
