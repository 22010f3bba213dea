import { get } from 'node:http';
import * as z from 'zod';
import { eventStreamReader, type ServerEvent } from '#client/event-stream.ts';
import type { LogChunkView } from '#schemas/api/stream-logs.ts';
import type { Latencies } from './latencies.ts';
import { readWrittenLine } from './writing-service.ts';

interface ViewerOptions {
  readonly url: string;
  readonly token: string;
  /** When its connection is broken, in milliseconds from now; each once. */
  readonly cutsAfterMs: readonly number[];
  readonly latencies: Latencies;
}

export interface Viewed {
  readonly chunks: number;
  /** Of the lines that the build's program wrote. */
  readonly lines: number;
  /** Chunks or lines that were not the next one. */
  readonly gaps: number;
  readonly repeats: number;
  /** Connections that were broken while they were open. */
  readonly cuts: number;
  readonly status: string;
}

const ended = z.object({ status: z.string() });

/** Follows a log as a browser does, over a socket of its own; a broken connection is opened anew with `Last-Event-ID`. */
export async function view({ url, token, cutsAfterMs, latencies }: ViewerOptions): Promise<Viewed> {
  let lastChunk = 0;
  let lastLine = -1;
  let gaps = 0;
  let repeats = 0;
  let cuts = 0;
  let status: string | undefined;
  let open: (() => void) | undefined;
  const timers = new Set<NodeJS.Timeout>();
  const cutAfter = (afterMs: number): void => {
    const timer = setTimeout(() => {
      timers.delete(timer);
      // Between two connections there is nothing to break.
      if (!open) return cutAfter(10);
      cuts++;
      open();
    }, afterMs);
    timers.add(timer);
  };
  for (const afterMs of cutsAfterMs) cutAfter(afterMs);

  const judge = (number: number, last: number): void => {
    if (number <= last) repeats++;
    else if (number > last + 1) gaps++;
  };
  const take = ({ id, event, data }: ServerEvent, atMs: number): void => {
    const value: unknown = JSON.parse(data);
    if (event === 'end') {
      ({ status } = ended.parse(value));
      return;
    }
    const chunk = value as LogChunkView;
    if (event !== 'message' || id !== String(chunk.n)) throw new Error(`The stream said ${event} ${id}: ${data}`);
    judge(chunk.n, lastChunk);
    lastChunk = Math.max(lastChunk, chunk.n);
    for (const { text } of chunk.lines) {
      const written = readWrittenLine(text);
      if (!written) continue;
      judge(written.number, lastLine);
      lastLine = Math.max(lastLine, written.number);
      latencies.add(atMs - written.writtenMs);
    }
  };

  const connect = (): Promise<void> =>
    new Promise<void>((resolve, reject) => {
      const headers = {
        authorization: `Bearer ${token}`,
        accept: 'text/event-stream',
        ...(lastChunk > 0 && { 'last-event-id': String(lastChunk) }),
      };
      const request = get(url, { agent: false, headers }, (response) => {
        if (response.statusCode !== 200) return reject(new Error(`The log answered ${response.statusCode}.`));
        const eventsOf = eventStreamReader();
        response.on('data', (bytes: Buffer) => {
          const atMs = performance.timeOrigin + performance.now();
          try {
            for (const event of eventsOf(bytes)) take(event, atMs);
          } catch (error) {
            reject(error instanceof Error ? error : new Error(String(error)));
          }
        });
        response.on('error', () => resolve());
        response.on('close', () => resolve());
      });
      request.on('error', () => resolve());
      open = () => request.destroy();
    });

  for (;;) {
    await connect();
    open = undefined;
    if (status !== undefined) break;
  }
  for (const timer of timers) clearTimeout(timer);
  return { chunks: lastChunk, lines: lastLine + 1, gaps, repeats, cuts, status };
}
