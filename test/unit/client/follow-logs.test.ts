import type { ServerResponse } from 'node:http';
import { describe, expect, it } from 'vitest';
import { createClient } from '#client/client.ts';
import type { FollowOptions, LogEvent } from '#client/follow-logs.ts';
import { UnexpectedAnswer } from '#client/unexpected-answer.ts';
import { Unreachable } from '#client/unreachable.ts';
import { sendProblem, smallServer, type SeenRequest } from './small-server.ts';

const id = 'dep_01M858CBG0V1A1F8QZFSX9SMHA';

const chunkOf = (n: number) => ({
  n,
  lines: [{ at: '2026-01-01T00:00:00.000Z', step: 'test', text: `línea ${n} 🚀` }],
});
const frameOf = (n: number): string => `id: ${n}\ndata: ${JSON.stringify(chunkOf(n))}\n\n`;
const end = 'event: end\ndata: {"status":"succeeded"}\n\n';

/** What a whole log looks like to who follows it. */
const whole = (from: number, to: number): readonly LogEvent[] => [
  ...Array.from({ length: to - from + 1 }, (_, index): LogEvent => ({ kind: 'chunk', chunk: chunkOf(from + index) })),
  { kind: 'end', status: 'succeeded' },
];

/** The rest of a log of three chunks, for who asks as `request` does. */
function restFor({ url, headers }: SeenRequest): Buffer {
  const after = Number(headers['last-event-id'] ?? new URL(url, 'http://api').searchParams.get('after'));
  const frames = [1, 2, 3].filter((n) => n > after).map(frameOf);
  return Buffer.from(`: keep-alive\n\n${frames.join('')}${end}`);
}

function openStream(response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  response.flushHeaders();
}

async function collect(events: AsyncIterable<LogEvent>): Promise<readonly LogEvent[]> {
  const all: LogEvent[] = [];
  for await (const event of events) all.push(event);
  return all;
}

function follower(baseUrl: string, pauses: number[] = [], idleMs = 10_000) {
  const client = createClient({
    baseUrl,
    token: () => Promise.resolve('token'),
    idleMs,
    pause: (milliseconds) => Promise.resolve(void pauses.push(milliseconds)),
  });
  return (options?: FollowOptions) => collect(client.followLogs(id, options));
}

describe('following a log', () => {
  it('hands over every chunk and the end', async () => {
    await using server = await smallServer((request, response) => {
      openStream(response);
      response.end(restFor(request));
    });
    expect(await follower(server.url)()).toEqual(whole(1, 3));
    const [request] = server.seen;
    expect(request).toMatchObject({
      url: `/v1/deployments/${id}/logs?after=0`,
      headers: { accept: 'text/event-stream', authorization: 'Bearer token' },
    });
    expect(request?.headers).not.toHaveProperty('last-event-id');
  });

  it('begins after the chunk that the caller has', async () => {
    await using server = await smallServer((request, response) => {
      openStream(response);
      response.end(restFor(request));
    });
    expect(await follower(server.url)({ afterNumber: 2 })).toEqual(whole(3, 3));
  });

  it('misses and repeats nothing wherever the connection is cut', async () => {
    let cutAt = 0;
    let connections = 0;
    await using server = await smallServer((request, response) => {
      connections += 1;
      openStream(response);
      const rest = restFor(request);
      if (connections > 1) response.end(rest);
      else response.write(rest.subarray(0, cutAt), () => response.destroy());
    });
    const follow = follower(server.url);
    const { length } = restFor({ url: '/?after=0', method: '', headers: {}, body: '' });
    for (cutAt = 0; cutAt < length; cutAt++) {
      connections = 0;
      expect(await follow(), `cut at ${cutAt}`).toEqual(whole(1, 3));
      expect(connections, `cut at ${cutAt}`).toBe(2);
    }
  });

  it('comes back with the number of the last chunk that came whole', async () => {
    await using server = await smallServer((request, response) => {
      openStream(response);
      if (server.seen.length > 1) response.end(restFor(request));
      else response.write(`${frameOf(1)}${frameOf(2)}id: 3\ndata: {`, () => response.destroy());
    });
    expect(await follower(server.url)()).toEqual(whole(1, 3));
    expect(server.seen[1]?.headers['last-event-id']).toBe('2');
  });

  it('takes a silent connection for dead', async () => {
    await using server = await smallServer((request, response) => {
      openStream(response);
      if (server.seen.length > 1) response.end(restFor(request));
      else response.write(frameOf(1));
    });
    expect(await follower(server.url, [], 40)()).toEqual(whole(1, 3));
  });

  it('goes on after a fault in the middle of the stream, and waits as long as a busy service asks', async () => {
    const problem = { type: 'x', title: 'x', status: 500, code: 'internal_error', detail: 'x', requestId: 'r' };
    const pauses: number[] = [];
    await using server = await smallServer((request, response) => {
      if (server.seen.length === 2) return sendProblem(response, 503, 'unavailable', { 'retry-after': '7' });
      openStream(response);
      if (server.seen.length > 2) response.end(restFor(request));
      else response.end(`${frameOf(1)}event: error\ndata: ${JSON.stringify(problem)}\n\n`);
    });
    expect(await follower(server.url, pauses)()).toEqual(whole(1, 3));
    expect(pauses).toHaveLength(2);
    expect(pauses[1]).toBe(7000);
  });

  it('throws what the service refuses', async () => {
    await using server = await smallServer((_, response) => sendProblem(response, 404, 'not_found'));
    await expect(follower(server.url)()).rejects.toMatchObject({ name: 'ApiProblem', status: 404, code: 'not_found' });
    expect(server.seen).toHaveLength(1);
  });

  it('gives up on a service that was never there', async () => {
    const pauses: number[] = [];
    await expect(follower('http://127.0.0.1:9', pauses)()).rejects.toBeInstanceOf(Unreachable);
    expect(pauses).toHaveLength(3);
  });

  it('gives up on a service that always breaks off', async () => {
    await using server = await smallServer((_, response) => {
      openStream(response);
      response.end();
    });
    await expect(follower(server.url)()).rejects.toBeInstanceOf(Unreachable);
  });

  it('refuses an answer that is no stream, and an event that is no chunk', async () => {
    await using html = await smallServer((_, response) => response.end('<html>'));
    await expect(follower(html.url)()).rejects.toBeInstanceOf(UnexpectedAnswer);
    await using odd = await smallServer((_, response) => {
      openStream(response);
      response.end('data: {"n":"one"}\n\n');
    });
    await expect(follower(odd.url)()).rejects.toBeInstanceOf(UnexpectedAnswer);
  });

  it('ends without an error, and lets go of the connection, when the caller stops it', async () => {
    const gone = Promise.withResolvers<void>();
    await using server = await smallServer((_, response) => {
      openStream(response);
      response.write(frameOf(1));
      response.on('close', () => gone.resolve());
    });
    const stop = new AbortController();
    const client = createClient({ baseUrl: server.url, token: () => Promise.resolve('token') });
    const got: LogEvent[] = [];
    for await (const event of client.followLogs(id, { signal: stop.signal })) {
      got.push(event);
      stop.abort();
    }
    expect(got).toEqual(whole(1, 1).slice(0, 1));
    await gone.promise;
  });

  it('lets go of the connection when its reader leaves the loop', async () => {
    const gone = Promise.withResolvers<void>();
    await using server = await smallServer((_, response) => {
      openStream(response);
      response.write(frameOf(1));
      response.on('close', () => gone.resolve());
    });
    const client = createClient({ baseUrl: server.url, token: () => Promise.resolve('token') });
    for await (const event of client.followLogs(id)) {
      expect(event.kind).toBe('chunk');
      break;
    }
    await gone.promise;
  });

  it('does not swallow an error of the token', async () => {
    const client = createClient({ baseUrl: 'http://127.0.0.1:9', token: () => Promise.reject(new Error('no token')) });
    await expect(collect(client.followLogs(id))).rejects.toThrow('no token');
  });
});
