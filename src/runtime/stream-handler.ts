import { once } from 'node:events';
import type { Writable } from 'node:stream';
import type { APIGatewayProxyEvent, APIGatewayProxyResult, Context } from 'aws-lambda';
import type { ApiContract } from '#schemas/api/contract.ts';
import type { Deps } from '#ports/deps.ts';
import { logKeysOf, problemResult, type ApiAnswer } from './api-handler.ts';
import { readRequest, type ApiRequest } from './api-request.ts';
import { deps } from './deps.ts';
import { problemFor } from './problem.ts';
import { logger } from './telemetry.ts';

/** One server-sent event. */
export interface SseFrame {
  readonly id?: string;
  readonly event?: string;
  /** Absent for a comment, which only keeps the connection open. */
  readonly data?: unknown;
}

/**
 * The Lambda of an operation that can stream. Middy's hooks do not reach past the first byte, so the little that is
 * needed stands here: a fault before it is an ordinary problem, a fault after it is an `event: error` and the end.
 *
 * @param frames is told by the signal when the client has gone, since nobody asks it for another frame then
 */
export function streamHandler<C extends ApiContract>(
  contract: C,
  frames: (request: ApiRequest<C>, deps: Deps, gone: AbortSignal) => AsyncIterator<SseFrame>,
  answer: (request: ApiRequest<C>, deps: Deps) => Promise<ApiAnswer<C>>,
) {
  return awslambda.streamifyResponse<APIGatewayProxyEvent>(async (event, stream, context: Context) => {
    logger.resetKeys();
    logger.addContext(context);
    const { requestId } = event.requestContext;
    try {
      const request = readRequest(contract, event);
      logger.appendKeys(logKeysOf(contract, request));
      if (!/\btext\/event-stream\b/.test(request.headers['accept'] ?? '')) {
        const { status, body } = await answer(request, deps());
        send(stream, {
          statusCode: status,
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify(body),
        });
        return;
      }
      const iterator = frames(request, deps(), goneSignal(stream));
      // The first frame is made before the head goes out, so that "not found" can still be a 404.
      const first = await iterator.next();
      await pour(stream, first, iterator, requestId);
    } catch (error) {
      send(stream, problemResult(error, requestId));
    }
  });
}

function send(stream: Writable, result: APIGatewayProxyResult): void {
  const head = { statusCode: result.statusCode, headers: { ...(result.headers as Record<string, string>) } };
  awslambda.HttpResponseStream.from(stream, head).end(result.body);
}

async function pour(
  stream: Writable,
  first: IteratorResult<SseFrame>,
  iterator: AsyncIterator<SseFrame>,
  requestId: string,
): Promise<void> {
  const out = awslambda.HttpResponseStream.from(stream, {
    statusCode: 200,
    headers: { 'content-type': 'text/event-stream', 'cache-control': 'no-store', 'x-accel-buffering': 'no' },
  });
  // A viewer that leaves is no fault: the stream is destroyed, and the loop sees it.
  out.on('error', () => out.destroy());
  try {
    for (let frame = first; !frame.done && !out.destroyed; frame = await iterator.next()) {
      const full = !out.write(textOf(frame.value));
      if (full && !out.destroyed) await roomIn(out);
    }
  } catch (error) {
    logger.error('A stream broke off', { error: error as Error });
    out.write(textOf({ event: 'error', data: problemFor(error, requestId) }));
  } finally {
    await iterator.return?.();
    out.end();
  }
}

/** Takes its listeners away again: a long log waits for its viewer thousands of times. */
async function roomIn(out: Writable): Promise<void> {
  const waiting = new AbortController();
  const { signal } = waiting;
  try {
    await Promise.race([once(out, 'drain', { signal }), once(out, 'close', { signal })]);
  } finally {
    waiting.abort();
  }
}

/** From the first moment on: a client may leave before there is anything to say. */
function goneSignal(stream: Writable): AbortSignal {
  const left = new AbortController();
  stream.once('close', () => left.abort());
  if (stream.destroyed) left.abort();
  return left.signal;
}

function textOf({ id, event, data }: SseFrame): string {
  if (data === undefined) return ': keep-alive\n\n';
  const lines = [
    id !== undefined && `id: ${id}`,
    event !== undefined && `event: ${event}`,
    `data: ${JSON.stringify(data)}`,
  ];
  return `${lines.filter(Boolean).join('\n')}\n\n`;
}
