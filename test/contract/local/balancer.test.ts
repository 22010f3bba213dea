import { createServer } from 'node:net';
import { request, type IncomingHttpHeaders } from 'node:http';
import { UpdateAliasCommand } from '@aws-sdk/client-lambda';
import { describe, expect, onTestFinished, test } from 'vitest';
import { createBalancer } from '#local/balancer/balancer.ts';
import { listen } from '#local/balancer/listen.ts';
import { aliasTo, createFunction, release, startLambda } from './lambda-host.ts';

const HOST = 'greeter.staging.localhost';

async function startBalancer(options: { random?: () => number } = {}) {
  const host = startLambda();
  const balancer = createBalancer({
    clock: host.clock,
    random: options.random ?? Math.random,
    lambda: host.lambda,
    resolve: (name) => (name === HOST ? { functionName: 'greeter', qualifier: 'live' } : undefined),
    knownHosts: () => [HOST],
  });
  onTestFinished(() => balancer.close());
  const port = await balancer.listen(0);
  return { ...host, balancer, port, call: (given: CallOptions = {}) => call(port, given) };
}

interface CallOptions {
  readonly path?: string;
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string | string[]>>;
  readonly body?: string | Uint8Array;
}

interface CallAnswer {
  readonly status: number | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

function call(port: number, { path = '/', method = 'GET', headers = {}, body }: CallOptions): Promise<CallAnswer> {
  return new Promise((resolve, reject) => {
    const options = {
      host: '127.0.0.1',
      port,
      path,
      method,
      headers: { host: `${HOST}:${port}`, ...headers },
      agent: false,
    };
    const outgoing = request(options, (answer) => {
      const chunks: Buffer[] = [];
      answer.on('data', (chunk: Buffer) => chunks.push(chunk));
      answer.on('end', () =>
        resolve({ status: answer.statusCode, headers: answer.headers, body: Buffer.concat(chunks).toString() }),
      );
    });
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}

/** A function that answers with its event, or with what the event's body tells it to answer. */
const mirror = `export const handler = async (event) => {
  if (event.rawPath === '/throw') throw new Error('secret detail');
  return event.rawPath === '/as-told' ? JSON.parse(event.body) : event; };`;

async function withMirror(options: { random?: () => number } = {}) {
  const host = await startBalancer(options);
  await createFunction(host.client, mirror, { Publish: true });
  await aliasTo(host.client, '1');
  const told = (answer: unknown) =>
    host.call({
      path: '/as-told',
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(answer),
    });
  return { ...host, told };
}

describe('the event', () => {
  test('is the one of a function URL', async () => {
    const { call, clock } = await withMirror();
    const answer = await call({
      method: 'POST',
      path: '/a%20b/c?x=1&y=2&x=3',
      headers: {
        cookie: 'a=1; b=2',
        'x-many': ['one', 'two'],
        'content-type': 'application/json',
        'user-agent': 'test',
      },
      body: '{"ö":1}',
    });
    expect(answer.status).toBe(200);
    const event = JSON.parse(answer.body) as Record<string, unknown>;
    expect(event).toMatchObject({
      version: '2.0',
      routeKey: '$default',
      rawPath: '/a%20b/c',
      rawQueryString: 'x=1&y=2&x=3',
      queryStringParameters: { x: '1,3', y: '2' },
      cookies: ['a=1', 'b=2'],
      headers: { 'x-many': 'one,two', 'content-type': 'application/json', 'x-forwarded-proto': 'http' },
      requestContext: {
        accountId: 'anonymous',
        domainName: HOST,
        domainPrefix: 'greeter',
        http: { method: 'POST', path: '/a%20b/c', protocol: 'HTTP/1.1', sourceIp: '127.0.0.1', userAgent: 'test' },
        time: '01/Jan/2026:00:00:00 +0000',
        timeEpoch: clock.now(),
      },
      body: '{"ö":1}',
      isBase64Encoded: false,
    });
    expect(event['headers']).not.toHaveProperty('cookie');
  });

  test('carries bytes as base64, and no body as none', async () => {
    const { call } = await withMirror();
    const bytes = Buffer.from([0xff, 0x00, 0x80]);
    for (const type of ['application/octet-stream', 'text/plain']) {
      const answer = await call({ method: 'PUT', headers: { 'content-type': type }, body: bytes });
      expect(JSON.parse(answer.body)).toMatchObject({ body: bytes.toString('base64'), isBase64Encoded: true });
    }
    expect(JSON.parse((await call()).body)).not.toHaveProperty('body');
  });
});

describe('the answer', () => {
  test('may set status, headers, cookies and bytes', async () => {
    const { told } = await withMirror();
    const answer = await told({
      statusCode: 201,
      headers: { 'Content-Type': 'text/plain', 'x-number': 7, 'transfer-encoding': 'chunked' },
      cookies: ['a=1; HttpOnly', 'b=2'],
      body: Buffer.from('made').toString('base64'),
      isBase64Encoded: true,
    });
    expect(answer).toMatchObject({
      status: 201,
      body: 'made',
      headers: {
        'content-type': 'text/plain',
        'x-number': '7',
        'set-cookie': ['a=1; HttpOnly', 'b=2'],
        'x-amz-executed-version': '1',
      },
    });
  });

  test('without a status code is the JSON of a 200', async () => {
    const { told } = await withMirror();
    expect(await told({ fine: true })).toMatchObject({
      status: 200,
      body: '{"fine":true}',
      headers: { 'content-type': 'application/json' },
    });
    expect((await told('plain words')).body).toBe('plain words');
  });

  test('to HEAD, and one without content, has no body', async () => {
    const { call, told } = await withMirror();
    expect(await call({ method: 'HEAD' })).toMatchObject({ status: 200, body: '' });
    expect(await told({ statusCode: 204, body: 'ignored' })).toMatchObject({ status: 204, body: '' });
  });
});

describe('a problem', () => {
  test('of the function is a 502 that hides the detail', async () => {
    const { call, told } = await withMirror();
    for (const answer of [
      await call({ path: '/throw' }),
      await told({ statusCode: 'soon' }),
      await told({ statusCode: 200, headers: { 'bad name': 'x' } }),
    ]) {
      expect(answer).toMatchObject({ status: 502, headers: { 'content-type': 'application/problem+json' } });
      expect(answer.body).not.toContain('secret detail');
    }
  });

  test('with the host is a 404 that names the hosts there are', async () => {
    const { call } = await startBalancer();
    const answer = await call({ headers: { host: 'nobody.staging.localhost' } });
    expect(answer.status).toBe(404);
    expect(JSON.parse(answer.body)).toMatchObject({
      detail: `No service answers at "nobody.staging.localhost". Known hosts: ${HOST}.`,
    });
  });

  test('of a host without code is a 503', async () => {
    const { call, client } = await startBalancer();
    expect(await call()).toMatchObject({ status: 503, headers: { 'retry-after': '5' } });
    await createFunction(client, mirror, { Publish: true });
    expect((await call()).status).toBe(503);
    await aliasTo(client, '1');
    expect((await call()).status).toBe(200);
  });

  test('with the size of a body is a 413, told or not in advance', async () => {
    const { call } = await withMirror();
    const body = Buffer.alloc(6 * 1024 * 1024 + 1);
    expect((await call({ method: 'POST', body })).status).toBe(413);
    expect((await call({ method: 'POST', body, headers: { 'transfer-encoding': 'chunked' } })).status).toBe(413);
  });

  test('with the port is an error that names it', async () => {
    const { balancer } = await startBalancer();
    const other = createServer();
    const port = await listen(other, 0);
    onTestFinished(() => void other.close());
    const second = createBalancer({
      clock: { now: () => 0, after: () => () => undefined },
      random: () => 0,
      lambda: { invoke: () => Promise.reject(new Error('unused')) },
      resolve: () => undefined,
      knownHosts: () => [],
    });
    await expect(second.listen(port)).rejects.toMatchObject({ name: 'PortTaken', port });
    expect(balancer.stats('greeter', 'live', 0)).toEqual([]);
  });
});

describe('the counts', () => {
  test('tell requests, errors and latencies of each version behind an alias', async () => {
    let next = 0;
    const { balancer, call, client, told } = await withMirror({ random: () => next });
    await release(client, `${mirror}\n// another package`);
    await client.send(
      new UpdateAliasCommand({
        FunctionName: 'greeter',
        Name: 'live',
        RoutingConfig: { AdditionalVersionWeights: { '2': 0.5 } },
      }),
    );
    for (next of [0.1, 0.9, 0.9]) await call();
    for (next of [0.2]) {
      await call({ path: '/throw' });
      await told({ statusCode: 503 });
      await told({ statusCode: 404 });
    }
    const latenciesMs = {
      p50: expect.any(Number) as number,
      p95: expect.any(Number) as number,
      p99: expect.any(Number) as number,
    };
    const counts = balancer.stats('greeter', 'live', 0).sort((a, b) => a.version.localeCompare(b.version));
    expect(counts).toEqual([
      { version: '1', requests: 2, errors: 0, latenciesMs },
      { version: '2', requests: 4, errors: 2, latenciesMs },
    ]);
    expect(counts.every(({ latenciesMs: { p50, p99 } }) => p50 > 0 && p50 <= p99 && p99 < 10_000)).toBe(true);
    balancer.reset();
    expect(balancer.stats('greeter', 'live', 0)).toEqual([]);
  });

  test('start at the asked second and reach back fifteen minutes', async () => {
    const { balancer, call, clock } = await withMirror();
    const requests = (sinceMs: number) => balancer.stats('greeter', 'live', sinceMs)[0]?.requests ?? 0;
    const start = clock.now();
    await call();
    await clock.advance(2_500);
    await call();
    expect(requests(start)).toBe(2);
    expect(requests(start + 1_000)).toBe(1);
    expect(requests(start + 2_900)).toBe(1);
    expect(requests(start + 3_000)).toBe(0);
    await clock.advance(15 * 60_000 - 2_500);
    expect(requests(0)).toBe(1);
    await clock.advance(3_000);
    expect(requests(0)).toBe(0);
  });
});

test('closing answers what is under way', async () => {
  const { balancer, client, call, lambda } = await startBalancer();
  await createFunction(
    client,
    `export const handler = async () => { await new Promise((resolve) => setTimeout(resolve, 50)); return 'late'; };`,
    { Publish: true },
  );
  await aliasTo(client, '1');
  await lambda.invoke({ functionName: 'greeter', qualifier: 'live', payload: Buffer.from('{}') });
  const underWay = call();
  await new Promise((resolve) => setTimeout(resolve, 20));
  await balancer.close();
  expect(await underWay).toMatchObject({ status: 200, body: 'late' });
});
