import type { DatabaseSync } from 'node:sqlite';
import type { HostClock } from '#local/clock.ts';
import { openDeliveryRows, type DeadLetter, type Delivery } from './delivery-rows.ts';

export type Deliver = (targetArn: string, event: unknown) => Promise<void>;

/** Hands waiting deliveries to their targets. A row goes only after its target took it: at least once, in no order. */
export interface Dispatcher {
  /** Starts on deliveries that are committed; they begin in a later turn of the event loop. */
  enqueue(ids: readonly number[]): void;
  /** Takes up what an earlier process left behind. */
  resume(): void;
  /** Settles when nothing is being delivered and nothing could be without time passing. */
  idle(): Promise<void>;
  deadLetters(): readonly DeadLetter[];
  /** Begins nothing more and waits for what is under way. */
  close(): Promise<void>;
}

const MOST_AT_ONCE = 50;
const FIRST_RETRY_MS = 1_000;
/** Ten minutes apart at most, 185 retries fill the 24 hours for which EventBridge tries. */
const LONGEST_RETRY_MS = 600_000;

export function createDispatcher(store: DatabaseSync, clock: HostClock, deliver: Deliver): Dispatcher {
  const rows = openDeliveryRows(store);
  const ready = new Set<number>();
  const running = new Set<number>();
  const waiting = new Map<number, () => void>();
  const idleWaiters: (() => void)[] = [];
  let pumpPending = false;
  let closed = false;

  function enqueue(ids: readonly number[]): void {
    if (closed) return;
    for (const id of ids) ready.add(id);
    if (ready.size === 0 || pumpPending) return;
    pumpPending = true;
    // Not in the caller's turn: PutEvents answers before a target hears of the event.
    setImmediate(() => {
      pumpPending = false;
      pump();
    });
  }

  function pump(): void {
    for (const id of ready) {
      if (closed || running.size >= MOST_AT_ONCE) break;
      ready.delete(id);
      running.add(id);
      void attempt(id).finally(() => {
        running.delete(id);
        pump();
      });
    }
    if (!isIdle()) return;
    for (const resolve of idleWaiters.splice(0)) resolve();
  }

  async function attempt(id: number): Promise<void> {
    try {
      const delivery = rows.find(id);
      if (!delivery) return;
      const error = await failureOf(delivery);
      if (error === undefined) rows.taken(id);
      else tryLater(delivery, error);
    } catch (error) {
      // The store itself failed. The row is as it was, and the next boot takes it up.
      console.error(`local events: delivery ${id}:`, error);
    }
  }

  async function failureOf({ targetArn, event }: Delivery): Promise<string | undefined> {
    try {
      await deliver(targetArn, event);
      return undefined;
    } catch (error) {
      return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    }
  }

  function tryLater({ id, retries, maxRetries, acceptedMs, maxAgeMs }: Delivery, error: string): void {
    const nextMs = clock.now() + Math.min(FIRST_RETRY_MS * 2 ** retries, LONGEST_RETRY_MS);
    if (retries >= maxRetries) return rows.bury(id, 'MaximumRetryAttempts', error);
    if (nextMs - acceptedMs > maxAgeMs) return rows.bury(id, 'MaximumEventAgeInSeconds', error);
    rows.retry(id, nextMs, error);
    wakeAt(id, nextMs);
  }

  function wakeAt(id: number, dueMs: number): void {
    if (closed) return;
    const cancel = clock.after(dueMs - clock.now(), () => {
      waiting.delete(id);
      enqueue([id]);
    });
    waiting.set(id, cancel);
  }

  const isIdle = (): boolean => running.size === 0 && (ready.size === 0 || closed);
  const idle = (): Promise<void> =>
    isIdle() ? Promise.resolve() : new Promise((resolve) => idleWaiters.push(resolve));

  return {
    enqueue,
    idle,
    deadLetters: () => rows.deadLetters(),
    resume() {
      for (const { id, nextMs } of rows.waiting()) {
        if (ready.has(id) || running.has(id) || waiting.has(id)) continue;
        if (nextMs <= clock.now()) enqueue([id]);
        else wakeAt(id, nextMs);
      }
    },
    close() {
      closed = true;
      for (const cancel of waiting.values()) cancel();
      waiting.clear();
      return idle();
    },
  };
}
