import type { OutboxEvent } from '#domain/event/chain.ts';
import type { Deps } from '#ports/deps.ts';
import { measureOutbox } from './measure-outbox.ts';

/**
 * Publishes committed events and takes those that the bus took off the list. They stay as the audit log. Publishing again
 * after a crash is fine: consumers dedupe by id.
 *
 * @returns the events that the bus did not take; they stay in the outbox
 */
export async function publishOutbox(
  deps: Pick<Deps, 'bus' | 'outbox'>,
  events: readonly OutboxEvent[],
): Promise<readonly OutboxEvent[]> {
  const refused = await deps.bus.publish(events);
  const refusedIds = new Set(refused.map((event) => event.detail.id));
  await deps.outbox.markPublished(events.filter((event) => !refusedIds.has(event.detail.id)));
  return refused;
}

/** An event younger than this is still on its ordinary way. */
const overdueMs = 30_000;
const sweepLimit = 500;
const piece = 50;

/** Publishes what the stream has left behind. */
export async function sweepOutbox(
  deps: Pick<Deps, 'bus' | 'clock' | 'metrics' | 'outbox'>,
): Promise<{ readonly published: number }> {
  const events = await deps.outbox.unpublished(overdueMs, sweepLimit);
  // Before any is published: that nobody takes them must not keep it from being seen.
  measureOutbox(deps, events);
  let published = 0;
  // In pieces, so that what is published is known to be even when a later piece fails.
  for (let from = 0; from < events.length; from += piece) {
    const some = events.slice(from, from + piece);
    published += some.length - (await publishOutbox(deps, some)).length;
  }
  return { published };
}
