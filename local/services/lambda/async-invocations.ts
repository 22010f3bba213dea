import { randomUUID } from 'node:crypto';
import type { DatabaseSync } from 'node:sqlite';
import type { HostClock } from '../../clock.ts';
import { ServiceFault } from '../../gateway/wire.ts';

/** An event that was accepted with `InvocationType: Event`. */
export interface QueuedEvent {
  /** Also the request id of every attempt, as in Lambda. */
  readonly id: string;
  readonly functionName: string;
  readonly qualifier: string | undefined;
  readonly payload: Uint8Array;
}

export interface AsyncInvocations {
  /** Persists an event and starts its first attempt; answers its request id. */
  accept(event: Omit<QueuedEvent, 'id'>): string;
  /** Takes up what an earlier host accepted and did not finish. */
  resume(): void;
  /** Starts nothing any more. Events that are under way are tried again by the next host. */
  close(): void;
}

interface AsyncOptions {
  readonly store: DatabaseSync;
  readonly clock: HostClock;
  /** One attempt. Rejects when the function could not be invoked at all. */
  readonly run: (event: QueuedEvent) => Promise<{ readonly failed: boolean; readonly payload: Buffer }>;
}

// Lambda's own waits before the first and the second retry.
const RETRY_AFTER_MS = [60_000, 120_000];
const THROTTLED_RETRY_MS = 1_000;

export function createAsyncInvocations({ store, clock, run }: AsyncOptions): AsyncInvocations {
  store.exec(`CREATE TABLE IF NOT EXISTS lam_async (
    id TEXT PRIMARY KEY, function TEXT, qualifier TEXT, payload BLOB, failures INTEGER, due INTEGER) WITHOUT ROWID`);
  const insert = store.prepare('INSERT INTO lam_async VALUES (?, ?, ?, ?, 0, ?)');
  const postpone = store.prepare('UPDATE lam_async SET failures = ?, due = ? WHERE id = ?');
  const remove = store.prepare('DELETE FROM lam_async WHERE id = ?');
  const all = store.prepare('SELECT * FROM lam_async ORDER BY due');
  const underWay = new Map<string, () => void>();
  let closed = false;

  const attempt = async (event: QueuedEvent, failures: number): Promise<void> => {
    const verdict = await tryOnce(run, event, failures);
    if (closed) return;
    if (verdict.kind === 'again') {
      postpone.run(verdict.failures, clock.now() + verdict.afterMs, event.id);
      schedule(event, verdict.failures, verdict.afterMs);
      return;
    }
    underWay.delete(event.id);
    remove.run(event.id);
    if (verdict.kind === 'dropped') {
      console.error(`local lambda: dropped an event for ${event.functionName} (${event.id}): ${verdict.reason}`);
    }
  };
  const schedule = (event: QueuedEvent, failures: number, delayMs: number): void => {
    underWay.set(
      event.id,
      clock.after(delayMs, () => void attempt(event, failures)),
    );
  };

  return {
    accept(accepted) {
      const event = { ...accepted, id: randomUUID() };
      insert.run(event.id, event.functionName, event.qualifier ?? null, event.payload, clock.now());
      underWay.set(event.id, () => undefined);
      void attempt(event, 0);
      return event.id;
    },
    resume() {
      for (const row of all.all()) {
        const event: QueuedEvent = {
          id: String(row['id']),
          functionName: String(row['function']),
          qualifier: row['qualifier'] === null ? undefined : String(row['qualifier']),
          payload: row['payload'] as Uint8Array,
        };
        if (!underWay.has(event.id)) schedule(event, Number(row['failures']), Number(row['due']) - clock.now());
      }
    },
    close() {
      closed = true;
      for (const cancel of underWay.values()) cancel();
    },
  };
}

type Verdict =
  | { readonly kind: 'done' }
  | { readonly kind: 'again'; readonly failures: number; readonly afterMs: number }
  | { readonly kind: 'dropped'; readonly reason: string };

async function tryOnce(run: AsyncOptions['run'], event: QueuedEvent, failures: number): Promise<Verdict> {
  try {
    const outcome = await run(event);
    if (!outcome.failed) return { kind: 'done' };
    const afterMs = RETRY_AFTER_MS[failures];
    if (afterMs !== undefined) return { kind: 'again', failures: failures + 1, afterMs };
    return { kind: 'dropped', reason: outcome.payload.toString('utf8') };
  } catch (error) {
    // Being throttled is not the function's failure, so it costs no attempt.
    if (error instanceof ServiceFault && [409, 429].includes(error.status)) {
      return { kind: 'again', failures, afterMs: THROTTLED_RETRY_MS };
    }
    return { kind: 'dropped', reason: error instanceof Error ? error.message : String(error) };
  }
}
