import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { registryRequests } from '#runner/image/registry-request.ts';

/** A server that answers as told; what it was asked, as `METHOD path authorization`. */
async function server(handle: (request: IncomingMessage, response: ServerResponse, nth: number) => void) {
  const asked: string[] = [];
  const http = createServer((request, response) => {
    asked.push(`${request.method} ${request.url} ${request.headers.authorization ?? 'nothing'}`);
    handle(request, response, asked.length);
  });
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => new Promise((resolve) => http.close(() => resolve())));
  return { asked, endpoint: `http://127.0.0.1:${(http.address() as AddressInfo).port}` };
}

const basic = Buffer.from('AWS:secret').toString('base64');

function requestsTo(endpoint: string) {
  const waits: number[] = [];
  const send = registryRequests({ endpoint, basic }, async (milliseconds) => void waits.push(milliseconds));
  return { send, waits };
}

describe('a request to a registry', () => {
  it('carries the password', async () => {
    const { endpoint, asked } = await server((_, response) => response.end('ok'));
    const answer = await requestsTo(endpoint).send('/v2/');
    expect([await answer.text(), asked]).toEqual(['ok', [`GET /v2/ Basic ${basic}`]]);
  });

  it('fetches a token where the registry asks for one, and keeps it', async () => {
    const { endpoint, asked } = await server((request, response) => {
      if (request.url?.startsWith('/token')) return response.end(JSON.stringify({ token: 'a-token' }));
      if (request.headers.authorization === 'Bearer a-token') return response.end('ok');
      const challenge = 'Bearer realm="/token",service="registry.example",scope="repository:shop:pull"';
      return response.writeHead(401, { 'www-authenticate': challenge }).end();
    });
    const { send } = requestsTo(endpoint);
    expect(await (await send('/v2/shop/tags/list')).text()).toBe('ok');
    expect((await send('/v2/')).status).toBe(200);
    expect(asked).toEqual([
      `GET /v2/shop/tags/list Basic ${basic}`,
      `GET /token?service=registry.example&scope=repository%3Ashop%3Apull Basic ${basic}`,
      'GET /v2/shop/tags/list Bearer a-token',
      'GET /v2/ Bearer a-token',
    ]);
  });

  it('takes no login to another host without encryption', async () => {
    const { endpoint } = await server((_, response) =>
      response.writeHead(401, { 'www-authenticate': 'Bearer realm="http://elsewhere.example/token"' }).end(),
    );
    await expect(requestsTo(endpoint).send('/v2/')).rejects.toThrow(
      'the registry sends its logins to http://elsewhere.example, which is not encrypted',
    );
  });

  it('tells no other host the password', async () => {
    const other = await server((_, response) => response.end('bytes'));
    const { endpoint } = await server((_, response) => response.end());
    await requestsTo(endpoint).send(`${other.endpoint}/upload`, { method: 'PUT', body: 'x' });
    expect(other.asked).toEqual(['PUT /upload nothing']);
  });

  it.each([429, 500, 503])('is made again after %i, four times at most, at growing intervals', async (status) => {
    const { endpoint, asked } = await server((_, response) => response.writeHead(status).end());
    const { send, waits } = requestsTo(endpoint);
    expect((await send('/v2/', { method: 'PUT', body: 'x' })).status).toBe(status);
    expect(asked).toHaveLength(5);
    for (const [index, least] of [250, 500, 1000, 2000].entries()) {
      expect(waits[index]).toBeGreaterThanOrEqual(least);
      expect(waits[index]).toBeLessThan(least * 3);
    }
  });

  it('is made again when the connection breaks, with the same body', async () => {
    const bodies: string[] = [];
    const { endpoint } = await server((request, response, nth) => {
      if (nth === 1) return request.socket.destroy();
      request.on('data', (chunk: Buffer) => bodies.push(chunk.toString()));
      return request.on('end', () => response.end());
    });
    await requestsTo(endpoint).send('/v2/', { method: 'PUT', body: 'the body' });
    expect(bodies).toEqual(['the body']);
  });

  it('is not made again when the registry refuses', async () => {
    const { endpoint, asked } = await server((_, response) => response.writeHead(403).end());
    expect((await requestsTo(endpoint).send('/v2/')).status).toBe(403);
    expect(asked).toHaveLength(1);
  });

  it('says what is wrong when nobody listens', async () => {
    const { send } = requestsTo('http://127.0.0.1:9');
    await expect(send('/v2/')).rejects.toThrow(/the registry http:\/\/127\.0\.0\.1:9 cannot be reached: .+/);
  });
});
