import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { NodeHttpProbe } from '#adapters/http/http-probe.ts';

/** Serves until the end of the test; the base URL. */
async function serving(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(
    () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  );
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const probe = new NodeHttpProbe();

test('gives status and body, whatever the status, and follows no redirect', async () => {
  const base = await serving((request, response) => {
    response.writeHead(request.url === '/moved?x=1' ? 302 : 503, { location: '/health' });
    response.end(`${request.method} ${request.url} ☃`);
  });
  expect(await probe.get({ url: `${base}/health`, timeoutSeconds: 5 })).toMatchObject({
    kind: 'answer',
    status: 503,
    body: 'GET /health ☃',
  });
  const moved = await probe.get({ url: `${base}/moved?x=1`, timeoutSeconds: 5 });
  expect(moved).toMatchObject({ status: 302, body: 'GET /moved?x=1 ☃' });
});

test('a service that never answers is unreachable after the time-out', async () => {
  const base = await serving(() => undefined);
  const started = performance.now();
  const answer = await probe.get({ url: base, timeoutSeconds: 0.05 });
  expect(answer).toEqual({ kind: 'unreachable', reason: 'did not answer within 0.05 s' });
  expect(performance.now() - started).toBeLessThan(2000);
});

test('a service that begins an answer and never ends it is unreachable after the time-out', async () => {
  const base = await serving((_, response) => void response.writeHead(200).write('half'));
  expect(await probe.get({ url: base, timeoutSeconds: 0.05 })).toEqual({
    kind: 'unreachable',
    reason: 'did not answer within 0.05 s',
  });
});

test('a port that nobody listens on is unreachable, and the reason says so', async () => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  expect(await probe.get({ url: `http://127.0.0.1:${port}/`, timeoutSeconds: 5 })).toEqual({
    kind: 'unreachable',
    reason: 'could not be reached (ECONNREFUSED)',
  });
});

test.each([
  { what: 'breaks off before its head', write: 'HTTP/1.1 2', reason: /^could not be reached \(ECONNRESET\)$/ },
  { what: 'does not speak HTTP', write: 'hello\r\n\r\n', reason: /^could not be reached \(HPE_/ },
  {
    what: 'breaks off in its body',
    write: 'HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhalf',
    reason: /^broke off its answer \(ECONNRESET\)$/,
  },
])('a service that $what is unreachable', async ({ write, reason }) => {
  const base = await serving((request) => request.socket.end(write));
  const answer = await probe.get({ url: base, timeoutSeconds: 5 });
  expect(answer).toMatchObject({ kind: 'unreachable', reason: expect.stringMatching(reason) as string });
});

test('of a body without end only the beginning is read', async () => {
  const base = await serving((_, response) => {
    const pour = (): void => {
      while (response.write('x'.repeat(10_000)));
    };
    response.on('drain', pour);
    pour();
  });
  const answer = await probe.get({ url: base, timeoutSeconds: 5 });
  expect(answer).toMatchObject({ kind: 'answer', status: 200, body: 'x'.repeat(64 * 1024) });
});

test('reaches a name under .localhost at the local address, with the name as Host', async () => {
  const base = await serving((request, response) => response.end(`${request.headers.host} ${request.url}`));
  const local = new NodeHttpProbe(base);
  const ask = async (url: string) => local.get({ url, timeoutSeconds: 5 });
  expect(await ask('http://orders.staging.localhost:8080/health?deep=1')).toMatchObject({
    body: 'orders.staging.localhost:8080 /health?deep=1',
  });
  // A path is a path, also when it looks like the beginning of another address.
  expect(await ask('http://orders.staging.localhost:8080//elsewhere.test/x')).toMatchObject({
    body: 'orders.staging.localhost:8080 //elsewhere.test/x',
  });
});

test('reaches any other name where it really is, even when there is a local address', async () => {
  const base = await serving((_, response) => response.end('the service itself'));
  const elsewhere = await serving((_, response) => response.end('the local balancer'));
  expect(await new NodeHttpProbe(elsewhere).get({ url: base, timeoutSeconds: 5 })).toMatchObject({
    body: 'the service itself',
  });
});

test('takes a connection of its own for every question', async () => {
  const ports = new Set<number>();
  const base = await serving((request, response) => {
    ports.add(request.socket.remotePort ?? 0);
    response.end();
  });
  await probe.get({ url: base, timeoutSeconds: 5 });
  await probe.get({ url: base, timeoutSeconds: 5 });
  expect(ports.size).toBe(2);
});
