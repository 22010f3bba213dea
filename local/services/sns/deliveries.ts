import type { DatabaseSync } from 'node:sqlite';
import type { HostClock } from '#local/clock.ts';
import type { Notification } from './notification.ts';

/** A delivery that failed for good: no retry can help. */
export class DeliveryRefused extends Error {
  override readonly name = 'DeliveryRefused';
}

/** Hands notifications over: each is a row from before Publish answers until it was taken. */
export interface Deliveries {
  /** Call it in a transaction; what it stores begins in a later turn of the event loop. */
  accept(notifications: readonly Notification[]): void;
  resume(): void;
  /** Settles when nothing is under way and nothing could be without time passing. */
  idle(): Promise<void>;
  /** What was given up, oldest first. */
  dead(): readonly { readonly notification: Notification; readonly error: string }[];
  close(): Promise<void>;
}

const RETRIES = 3;
const RETRY_AFTER_MS = 20_000;

export function openDeliveries(
  store: DatabaseSync,
  clock: HostClock,
  deliver: (notification: Notification) => Promise<void>,
): Deliveries {
  store.exec(`
    CREATE TABLE IF NOT EXISTS sns_deliveries (
      id INTEGER PRIMARY KEY AUTOINCREMENT, notification TEXT NOT NULL, retries INTEGER NOT NULL, next_ms INTEGER NOT NULL,
      dead INTEGER NOT NULL DEFAULT 0, error TEXT
    ) STRICT;
  `);
  const insert = store.prepare('INSERT INTO sns_deliveries (notification, retries, next_ms) VALUES (?, 0, ?)');
  const select = store.prepare('SELECT * FROM sns_deliveries WHERE id = ? AND dead = 0');
  const waiting = store.prepare('SELECT id, next_ms FROM sns_deliveries WHERE dead = 0 ORDER BY id');
  const dead = store.prepare('SELECT notification, error FROM sns_deliveries WHERE dead = 1 ORDER BY id');
  const retry = store.prepare('UPDATE sns_deliveries SET retries = retries + 1, next_ms = ?, error = ? WHERE id = ?');
  const bury = store.prepare('UPDATE sns_deliveries SET dead = 1, error = ? WHERE id = ?');
  const remove = store.prepare('DELETE FROM sns_deliveries WHERE id = ?');
  const timers = new Map<number, () => void>();
  const work = new Set<Promise<void>>();
  let closed = false;

  const begin = (id: number): void => {
    if (closed) return;
    const attempted: Promise<void> = new Promise((resolve) => setImmediate(resolve))
      .then(() => attempt(id))
      .catch((error: unknown) => console.error(`local sns: delivery ${id}:`, error))
      .finally(() => work.delete(attempted));
    work.add(attempted);
  };
  const attempt = async (id: number): Promise<void> => {
    // A transaction that was rolled back leaves no row.
    const row = closed ? undefined : select.get(id);
    if (!row) return;
    try {
      await deliver(JSON.parse(String(row['notification'])) as Notification);
    } catch (error) {
      const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
      if (error instanceof DeliveryRefused || Number(row['retries']) >= RETRIES) return void bury.run(text, id);
      const nextMs = clock.now() + RETRY_AFTER_MS;
      retry.run(nextMs, text, id);
      return beginAt(id, nextMs);
    }
    remove.run(id);
  };
  const beginAt = (id: number, dueMs: number): void => {
    if (closed) return;
    timers.set(
      id,
      clock.after(dueMs - clock.now(), () => {
        timers.delete(id);
        begin(id);
      }),
    );
  };
  const idle = async (): Promise<void> => {
    while (work.size > 0) await Promise.all(work);
  };

  return {
    idle,
    accept(notifications) {
      for (const each of notifications) begin(Number(insert.run(JSON.stringify(each), clock.now()).lastInsertRowid));
    },
    resume() {
      for (const row of waiting.all()) {
        const id = Number(row['id']);
        if (timers.has(id)) continue;
        if (Number(row['next_ms']) > clock.now()) beginAt(id, Number(row['next_ms']));
        else begin(id);
      }
    },
    dead: () =>
      dead.all().map((row) => ({
        notification: JSON.parse(String(row['notification'])) as Notification,
        error: String(row['error']),
      })),
    close() {
      closed = true;
      for (const cancel of timers.values()) cancel();
      return idle();
    },
  };
}
