import '#test/support/quiet-logs.ts';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { describe, expect, test } from 'vitest';
import { streamLogs } from '#schemas/api/stream-logs.ts';
import { provideStreaming, startAnswer } from '#local/api/streaming.ts';
import { Refusal } from '#domain/refusal.ts';
import type { Deps } from '#ports/deps.ts';
import { withDeps } from '#runtime/deps.ts';
import { resumeAfter, sseFrames } from '#runtime/log-frames.ts';
import { streamHandler, type SseFrame } from '#runtime/stream-handler.ts';
import { depId } from '#test/support/builders.ts';
import { apiEvent, lambdaContext } from './api-event.ts';

provideStreaming();

type Frames = Parameters<typeof streamHandler<typeof streamLogs>>[1];

const page = { status: 200, body: { chunks: [], next: 0, complete: true } };
const asking = (accept: string) => apiEvent({ pathParameters: { deploymentId: depId() }, headers: { accept } });

/** Answers a request on a stream that a test can watch, slow down and close. */
function answering(frames: Frames, { accept = 'text/event-stream', highWaterMark = 16_384 } = {}) {
  const heads: { statusCode: number; headers?: Record<string, string> }[] = [];
  const stream = Object.assign(new PassThrough({ highWaterMark }), {
    setContentType: () => undefined,
    [startAnswer]: (head: (typeof heads)[number]) => void heads.push(head),
  });
  const handler = streamHandler(streamLogs, frames, () => Promise.resolve(page));
  const done = withDeps({} as Deps, () => handler(asking(accept), stream, lambdaContext));
  return { stream, heads, done };
}

/** Lets everything go on that waits for nothing but its turn. */
async function turns(count = 10): Promise<void> {
  for (let turn = 0; turn < count; turn++) await new Promise((resolve) => setImmediate(resolve));
}

describe('a stream', () => {
  test('writes frames as server-sent events', async () => {
    const { stream, heads, done } = answering(async function* () {
      yield { id: '7', data: { a: 'line\nbreak' } };
      yield {};
      yield { event: 'end', data: { status: 'succeeded' } };
    });
    expect(await text(stream)).toBe(
      'id: 7\ndata: {"a":"line\\nbreak"}\n\n: keep-alive\n\nevent: end\ndata: {"status":"succeeded"}\n\n',
    );
    await done;
    expect(heads).toEqual([
      { statusCode: 200, headers: expect.objectContaining({ 'content-type': 'text/event-stream' }) as object },
    ]);
  });

  test('without a frame is an empty stream, not an error', async () => {
    const { stream, heads } = answering(async function* () {});
    expect(await text(stream)).toBe('');
    expect(heads).toMatchObject([{ statusCode: 200 }]);
  });

  test('is a page of JSON for a client that does not ask for events', async () => {
    const { stream, heads } = answering(
      () => {
        throw new Error('No frames were asked for.');
      },
      { accept: 'application/json' },
    );
    expect(JSON.parse(await text(stream))).toEqual(page.body);
    expect(heads).toMatchObject([{ statusCode: 200, headers: { 'content-type': 'application/json' } }]);
  });

  test('that is refused before its first frame is an ordinary problem', async () => {
    const { stream, heads } = answering(async function* (): AsyncGenerator<SseFrame> {
      yield await Promise.reject(new Refusal('not_found', 'There is no such deployment.'));
    });
    expect(JSON.parse(await text(stream))).toMatchObject({ code: 'not_found', status: 404 });
    expect(heads).toMatchObject([{ statusCode: 404, headers: { 'content-type': 'application/problem+json' } }]);
  });

  test('that breaks off later ends with an error event that tells no secret', async () => {
    const { stream, heads, done } = answering(async function* () {
      yield { id: '1', data: {} };
      throw new TypeError('secret of the code');
    });
    const written = await text(stream);
    await done;
    const [, event, data = ''] = /\n\nevent: (\w+)\ndata: (.*)\n\n$/.exec(written) ?? [];
    expect(event).toBe('error');
    expect(JSON.parse(data)).toMatchObject({ code: 'internal_error', requestId: 'request-1' });
    expect(written).not.toContain('secret');
    expect(heads).toHaveLength(1);
  });
});

describe('a viewer', () => {
  test('that leaves ends the generator, wherever it stands', async () => {
    let ended = false;
    let gone: AbortSignal | undefined;
    const { stream, done } = answering(async function* (_request, _deps, signal) {
      gone = signal;
      try {
        for (let n = 1; ; n++) {
          yield { id: String(n), data: 'x'.repeat(100) };
          await new Promise((resolve) => setImmediate(resolve));
        }
      } finally {
        ended = true;
      }
    });
    stream.resume();
    await turns();
    expect([ended, gone?.aborted]).toEqual([false, false]);
    stream.destroy();
    await done;
    expect([ended, gone?.aborted]).toEqual([true, true]);
  });

  test('that leaves while the stream waits for it ends the generator too', async () => {
    let ended = false;
    const { stream, done } = answering(
      async function* () {
        try {
          for (;;) yield { data: 'x'.repeat(1000) };
        } finally {
          ended = true;
        }
      },
      { highWaterMark: 100 },
    );
    await turns();
    expect(ended).toBe(false);
    stream.destroy(new Error('The connection was reset.'));
    await done;
    expect(ended).toBe(true);
  });

  test('that reads slowly is waited for, and gets everything', async () => {
    let made = 0;
    const { stream, done } = answering(
      async function* () {
        for (; made < 50; made++) yield { id: String(made), data: 'x'.repeat(50) };
      },
      { highWaterMark: 100 },
    );
    await turns();
    expect(made).toBeLessThan(6);
    const listening = () => ['close', 'error', 'drain'].reduce((sum, name) => sum + stream.listenerCount(name), 0);
    const first = listening();
    let written = '';
    for (let most = first; !stream.readableEnded; most = Math.max(most, listening())) {
      expect(most, 'waiting leaves no listeners behind').toBeLessThanOrEqual(first + 1);
      written += ((stream.read() as Buffer | null) ?? '').toString();
      await turns(1);
    }
    await done;
    expect(made).toBe(50);
    expect(written.match(/^id: /gm)).toHaveLength(50);
  });
});

describe('frames of a log', () => {
  test('carry the number of the chunk as their id, the end as an event, and all the trace', async () => {
    const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
    async function* frames() {
      yield { kind: 'chunk' as const, chunk: { n: 3, lines: [] }, traceId };
      yield { kind: 'heartbeat' as const };
      yield { kind: 'end' as const, status: 'failed' as const, traceId };
    }
    expect(await Array.fromAsync(sseFrames(frames()))).toEqual([
      { id: '3', data: { n: 3, lines: [], traceId } },
      {},
      { event: 'end', data: { status: 'failed', traceId } },
    ]);
  });

  test.each([
    { header: '41', after: 5, from: 41 },
    { header: undefined, after: 5, from: 5 },
    { header: '', after: 5, from: 5 },
    { header: '-1', after: 5, from: 5 },
    { header: '1e3', after: 5, from: 5 },
    { header: '12345678901', after: 5, from: 5 },
  ])('go on after Last-Event-ID "$header" or else after $after', ({ header, after, from }) => {
    expect(resumeAfter(header === undefined ? {} : { 'last-event-id': header }, after)).toBe(from);
  });
});
