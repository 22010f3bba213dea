import * as z from 'zod';
import { problem } from '#schemas/api/problem.ts';
import { logChunk, streamLogs, type LogChunkView } from '#schemas/api/stream-logs.ts';
import { deploymentStatus, type DeploymentStatus } from '#schemas/workflows/status.ts';
import { ApiProblem } from './api-problem.ts';
import type { Connection } from './connection.ts';
import type { ServerEvent } from './event-stream.ts';
import { openEventStream } from './open-event-stream.ts';
import { backoffMs, mayPass } from './retry-delay.ts';
import { urlOf } from './send.ts';
import { UnexpectedAnswer } from './unexpected-answer.ts';
import { Unreachable } from './unreachable.ts';

export type LogEvent =
  | { readonly kind: 'chunk'; readonly chunk: LogChunkView }
  /** Nothing follows: the deployment is over and its log complete. */
  | { readonly kind: 'end'; readonly status: DeploymentStatus };

export interface FollowOptions {
  /** Chunks after this number; 0 for all. */
  readonly afterNumber?: number;
  /** Ends the generator, without an error and without `end`. */
  readonly signal?: AbortSignal;
}

/** Nobody was ever there: said soon. */
const mostFailuresAtFirst = 3;
/** A host that restarts is back within this many attempts, about a minute. */
const mostFailuresLater = 12;

/**
 * Follows the log of a deployment to its end. Whenever the connection breaks off it is opened again with the number of
 * the last chunk that came whole, so that every chunk comes exactly once and in order.
 *
 * @throws ApiProblem when the service refuses, Unreachable when it stays away, UnexpectedAnswer
 */
export async function* followLogs(
  connection: Connection,
  deploymentId: string,
  { afterNumber = 0, signal }: FollowOptions = {},
): AsyncGenerator<LogEvent, void> {
  const url = urlOf(connection.baseUrl, streamLogs, { params: { deploymentId }, query: { after: afterNumber } });
  let last: number | undefined;
  let failures = 0;
  let opened = false;
  const heard = (): void => {
    opened = true;
    failures = 0;
  };
  for (;;) {
    if (signal?.aborted) return;
    let broken: unknown = new Unreachable(url, new Error('the stream ended before the log did'));
    try {
      for await (const event of openEventStream(connection, url, { last, signal, heard })) {
        const read = readEvent(url, event);
        yield read;
        if (read.kind === 'end') return;
        last = read.chunk.n;
      }
    } catch (error) {
      if (signal?.aborted) return;
      if (!mayPass(error) && !isBreakdown(error)) throw error;
      broken = error;
    }
    failures += 1;
    if (failures > (opened ? mostFailuresLater : mostFailuresAtFirst)) throw broken;
    const askedMs = broken instanceof ApiProblem ? broken.retryAfterMs : undefined;
    await connection.pause(askedMs ?? backoffMs(failures), signal);
  }
}

/** A fault of the service in the middle of a stream; the next connection may well be spared. */
function isBreakdown(error: unknown): boolean {
  return error instanceof ApiProblem && error.status >= 500;
}

function readEvent(url: string, { event, data }: ServerEvent): LogEvent {
  if (event === 'message') return { kind: 'chunk', chunk: parse(url, logChunk, data) };
  if (event === 'end') return { kind: 'end', ...parse(url, z.object({ status: deploymentStatus }), data) };
  if (event === 'error') throw new ApiProblem(parse(url, problem, data));
  throw new UnexpectedAnswer(url, 200, `an event "${event}" in the log`);
}

function parse<Schema extends z.ZodType>(url: string, schema: Schema, data: string): z.output<Schema> {
  try {
    return schema.parse(JSON.parse(data));
  } catch (error) {
    throw new UnexpectedAnswer(url, 200, 'an event of the log cannot be read', error);
  }
}
