import type { OutboxEvent } from '#domain/event/chain.ts';
import type { EventDetail } from '#schemas/events/catalog.ts';
import { indexKeys, keys } from './keys.ts';
import type { Item } from './table.ts';

export function outboxRow({ aggregate, type, detail }: OutboxEvent): Item {
  return {
    ...keys.outbox(aggregate, detail.seq),
    et: 'Outbox',
    ...indexKeys.unpublished(aggregate, detail.occurredAt, detail.id),
    aggregate,
    type,
    detail,
  };
}

/** The same row once the bus has the event: off the list of what is to be published, and otherwise as it was. */
export function publishedRow({ aggregate, type, detail }: OutboxEvent, publishedAt: string): Item {
  return { ...keys.outbox(aggregate, detail.seq), et: 'Outbox', aggregate, type, detail, publishedAt };
}

export function outboxEvent(row: Item): OutboxEvent {
  return {
    aggregate: row['aggregate'] as string,
    type: row['type'] as OutboxEvent['type'],
    detail: row['detail'] as EventDetail,
  };
}
