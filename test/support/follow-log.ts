import { get } from 'node:http';
import * as z from 'zod';
import { logChunk, type LogChunkView } from '#schemas/api/stream-logs.ts';

interface FollowOptions {
  readonly url: string;
  readonly token: string;
  /** From 0 to below 1; decides where each connection is cut. */
  readonly random: () => number;
  /** So often the connection is cut; the one after that is left alone. */
  readonly cuts: number;
}

interface Followed {
  /** Every chunk in the order in which it came, each with the id of its SSE event and when it came. */
  readonly chunks: readonly { readonly id: string; readonly chunk: LogChunkView; readonly atMs: number }[];
  readonly connections: number;
  /** What `event: end` said. */
  readonly status: string;
}

const ended = z.object({ status: z.string() });
const shortestMs = 150;
const longestMs = 1800;

/** Follows a log over real sockets as a browser does: a broken connection is opened anew with `Last-Event-ID`. */
export async function followLog({ url, token, random, cuts }: FollowOptions): Promise<Followed> {
  const chunks: { id: string; chunk: LogChunkView; atMs: number }[] = [];
  for (let connections = 1; ; connections++) {
    const cutAfterMs = connections <= cuts ? shortestMs + random() * (longestMs - shortestMs) : undefined;
    const end = await listen(url, token, chunks.at(-1)?.id, cutAfterMs, ({ id, event, data }) => {
      const value: unknown = JSON.parse(data);
      if (event === 'end') return ended.parse(value).status;
      if (event === 'error' || id === undefined) throw new Error(`The stream said ${data}`);
      chunks.push({ id, chunk: logChunk.parse(value), atMs: Date.now() });
      return undefined;
    });
    if (end !== undefined) return { chunks, connections, status: end };
  }
}

interface SseEvent {
  readonly id: string | undefined;
  readonly event: string | undefined;
  readonly data: string;
}

/** One connection: what `take` answered to the event that ended the log, or nothing when the connection broke before. */
function listen(
  url: string,
  token: string,
  lastId: string | undefined,
  cutAfterMs: number | undefined,
  take: (event: SseEvent) => string | undefined,
): Promise<string | undefined> {
  return new Promise((resolve, reject) => {
    const headers = {
      authorization: `Bearer ${token}`,
      accept: 'text/event-stream',
      ...(lastId !== undefined && { 'last-event-id': lastId }),
    };
    const request = get(url, { agent: false, headers }, (response) => {
      if (response.statusCode !== 200) reject(new Error(`The log answered ${response.statusCode}.`));
      let text = '';
      response.setEncoding('utf8');
      response.on('error', () => resolve(undefined));
      response.on('close', () => resolve(undefined));
      response.on('data', (part: string) => {
        // What a cut leaves of an event is not one.
        const blocks = (text + part).split('\n\n');
        text = blocks.pop() ?? '';
        try {
          for (const block of blocks) {
            const event = parsed(block);
            const end = event && take(event);
            if (end !== undefined) resolve(end);
          }
        } catch (error) {
          reject(error instanceof Error ? error : new Error(String(error)));
        }
      });
    });
    const timer = cutAfterMs === undefined ? undefined : setTimeout(() => request.destroy(), cutAfterMs);
    request.on('error', () => resolve(undefined));
    request.on('close', () => clearTimeout(timer));
  });
}

/** Nothing for a comment, which only keeps the connection open. */
function parsed(block: string): SseEvent | undefined {
  const fields = new Map(
    block
      .split('\n')
      .filter((line) => !line.startsWith(':'))
      .map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1).trimStart()]),
  );
  const data = fields.get('data');
  return data === undefined ? undefined : { id: fields.get('id'), event: fields.get('event'), data };
}
