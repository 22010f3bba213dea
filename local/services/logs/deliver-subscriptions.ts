import type { DatabaseSync } from 'node:sqlite';
import type { HostClock } from '#local/clock.ts';
import { requiredTexts } from './filter-pattern.ts';
import { subscriptionPayload, type SubscriptionEvent } from './subscription-payload.ts';

/** Hands a batch to a destination; a rejection means that it did not arrive and is tried again. */
export type Deliver = (destinationArn: string, event: SubscriptionEvent) => Promise<void>;

export interface SubscriptionDelivery {
  /** Looks for events to deliver from one stream, or from every stream. */
  look(streamId?: number): void;
  /** Resolves when nothing is under way and nothing waits for its retry. */
  idle(): Promise<void>;
  /** Ends retries and touches the store no more; a delivery under way is left alone and repeated at the next boot. */
  close(): void;
}

interface PendingEvent {
  readonly seq: number;
  readonly timestamp: number;
  readonly message: string;
}

/** A filter seen from one stream: where it delivers, and the last event that arrived there. */
interface Subscription {
  readonly filter_id: number;
  readonly stream_id: number;
  readonly filter: string;
  readonly group_name: string;
  readonly stream: string;
  readonly pattern: string;
  readonly destination: string;
  readonly cursor: number;
}

const MOST_EVENTS = 200;
const MOST_BYTES = 256 * 1024;
const FIRST_RETRY_MS = 200;
const LONGEST_RETRY_MS = 30_000;

const SUBSCRIPTIONS = `
  SELECT f.id AS filter_id, s.id AS stream_id, f.name AS filter, g.name AS group_name, s.name AS stream, f.pattern, f.destination,
         max(f.from_seq, ifnull(c.seq, 0)) AS cursor
    FROM log_filter f JOIN log_group g ON g.id = f.group_id JOIN log_stream s ON s.group_id = g.id
    LEFT JOIN log_cursor c ON c.filter_id = f.id AND c.stream_id = s.id`;

/**
 * Delivers each stream to each filter of its group: one batch under way at a time and in order. The cursor moves after the
 * destination answered, so a crash between the two delivers that batch again.
 */
export function deliverSubscriptions(options: {
  readonly store: DatabaseSync;
  readonly clock: HostClock;
  readonly deliver: Deliver;
}): SubscriptionDelivery {
  const { store, clock } = options;
  const running = new Map<string, Promise<void>>();
  const waiting = new Set<() => void>();
  let closed = false;

  const ofStream = store.prepare(`${SUBSCRIPTIONS} WHERE s.id = ?`);
  const ofAll = store.prepare(SUBSCRIPTIONS);
  const one = store.prepare(`${SUBSCRIPTIONS} WHERE f.id = ? AND s.id = ?`);
  const pending = store.prepare(
    'SELECT seq, timestamp, message FROM log_event WHERE stream_id = ? AND seq > ? ORDER BY seq LIMIT ?',
  );
  const advance = store.prepare(
    'INSERT INTO log_cursor (filter_id, stream_id, seq) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET seq = excluded.seq',
  );
  const current = (filterId: number, streamId: number): Subscription | undefined =>
    closed ? undefined : (one.get(filterId, streamId) as Subscription | undefined);
  const nextBatch = (subscription: Subscription): readonly PendingEvent[] =>
    fitting(pending.all(subscription.stream_id, subscription.cursor, MOST_EVENTS) as unknown as PendingEvent[]);

  const pump = async (filterId: number, streamId: number, done: () => void): Promise<void> => {
    // The caller may still be inside the transaction that appends.
    await Promise.resolve();
    for (let failures = 0; ;) {
      const subscription = current(filterId, streamId);
      const batch = subscription ? nextBatch(subscription) : [];
      const last = batch.at(-1);
      // `done` in the same turn as the look that found nothing: an event that comes later starts a new pump.
      if (!subscription || !last) return done();
      if (await delivered(subscription, batch)) {
        failures = 0;
        if (current(filterId, streamId)) advance.run(filterId, streamId, last.seq);
      } else {
        await pause(Math.min(FIRST_RETRY_MS * 2 ** failures++, LONGEST_RETRY_MS));
      }
    }
  };

  const delivered = async (subscription: Subscription, batch: readonly PendingEvent[]): Promise<boolean> => {
    const texts = requiredTexts(subscription.pattern);
    const events = batch.filter(({ message }) => texts.every((text) => message.includes(text)));
    if (events.length === 0) return true;
    const { group_name: group, stream, filter } = subscription;
    try {
      await options.deliver(subscription.destination, subscriptionPayload({ group, stream, filter, events }));
      return true;
    } catch {
      // Whatever the destination says, AWS tries again; its own logs hold the reason.
      return false;
    }
  };

  const pause = (milliseconds: number): Promise<void> =>
    new Promise((resolve) => {
      if (closed) return resolve();
      const end = (): void => {
        cancel();
        waiting.delete(end);
        resolve();
      };
      const cancel = clock.after(milliseconds, end);
      waiting.add(end);
    });

  const start = (subscription: Subscription): void => {
    const key = `${subscription.filter_id}:${subscription.stream_id}`;
    if (closed || running.has(key)) return;
    running.set(
      key,
      pump(subscription.filter_id, subscription.stream_id, () => running.delete(key)),
    );
  };

  return {
    look(streamId) {
      const rows = streamId === undefined ? ofAll.all() : ofStream.all(streamId);
      for (const row of rows) start(row as unknown as Subscription);
    },
    async idle() {
      while (running.size > 0) await Promise.race(running.values());
    },
    close() {
      closed = true;
      for (const end of waiting) end();
    },
  };
}

/** As many events as fit one delivery, and at least the first. */
function fitting(events: readonly PendingEvent[]): readonly PendingEvent[] {
  let bytes = 0;
  const end = events.findIndex(({ message }, index) => (bytes += Buffer.byteLength(message)) > MOST_BYTES && index > 0);
  return end === -1 ? events : events.slice(0, end);
}
