import type { Deployment } from '#domain/deployment/deployment.ts';
import { isTerminal } from '#domain/deployment/transitions.ts';
import type { LogChunk, LogPage } from '#ports/log-store.ts';
import type { Deps } from '#ports/deps.ts';
import { lookLater, lookNow, type Look } from './shared-looks.ts';

type LogDeps = Pick<Deps, 'deployments' | 'logs' | 'clock'>;

export type LogFrame =
  | { readonly kind: 'chunk'; readonly chunk: LogChunk; readonly traceId: string }
  | { readonly kind: 'heartbeat' }
  /** Nothing follows: the deployment is over and its log complete. */
  | { readonly kind: 'end'; readonly status: Deployment['status']; readonly traceId: string };

const chunksPerRead = 50;
const pollMs = 100;
const heartbeatMs = 15_000;
/** A connection ends after this long, and the client resumes: no function is held for hours. */
const connectionMs = 120_000;
/** How long a finished deployment's log may lag behind when its stream never said that it ended. */
const graceMs = 15_000;

/**
 * Follows a log from a chunk on. The generator ends without `end` when the connection has lasted long enough; the client
 * comes back with the number of the last chunk it has. While there is nothing yet, the first frame is a heartbeat, so
 * that a client knows at once that it is connected.
 *
 * @param gone ends the generator within a poll: who asks for a frame waits for one, and nobody else could stop it
 * @throws Refusal `not_found`, before the first frame
 */
export async function* followLogs(
  deps: LogDeps,
  deploymentId: string,
  afterNumber: number,
  gone?: AbortSignal,
): AsyncGenerator<LogFrame> {
  const startedMs = deps.clock.now().getTime();
  let quietSinceMs = Number.NEGATIVE_INFINITY;
  let last = afterNumber;
  let full = true;
  for (;;) {
    if (gone?.aborted) return;
    // What is there already comes at once; what is still to be written is waited for together with other followers.
    const { deployment, page }: Look = full
      ? await lookNow(deps, deploymentId, last, chunksPerRead)
      : await lookLater(deps, deploymentId, last, { waitMs: pollMs, limit: chunksPerRead });
    const { traceId } = deployment;
    for (const chunk of page.chunks) {
      yield { kind: 'chunk', chunk, traceId };
      last = chunk.n;
    }
    const nowMs = deps.clock.now().getTime();
    if (page.chunks.length > 0) quietSinceMs = nowMs;
    full = page.chunks.length === chunksPerRead;
    if (full) continue;
    if (isComplete(deployment, page, nowMs)) {
      yield { kind: 'end', status: deployment.status, traceId };
      return;
    }
    if (nowMs - startedMs >= connectionMs) return;
    if (nowMs - quietSinceMs >= heartbeatMs) {
      quietSinceMs = nowMs;
      yield { kind: 'heartbeat' };
    }
  }
}

/** One page of the same log. */
export async function readLogs(deps: LogDeps, deploymentId: string, afterNumber: number, limit: number) {
  const { deployment, page } = await lookNow(deps, deploymentId, afterNumber, limit);
  const complete = page.chunks.length < limit && isComplete(deployment, page, deps.clock.now().getTime());
  return { chunks: page.chunks, next: page.chunks.at(-1)?.n ?? afterNumber, complete };
}

/** Every build that began has said that its log ended; or the deployment has been over for so long that none will. */
function isComplete(deployment: Deployment, page: LogPage, nowMs: number): boolean {
  if (!isTerminal(deployment.status) || deployment.finishedAtMs === undefined) return false;
  return page.endedStreams >= (deployment.builds ?? 0) || nowMs - deployment.finishedAtMs >= graceMs;
}
