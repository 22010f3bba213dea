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

export function outboxEvent(row: Item): OutboxEvent {
  return {
    aggregate: row['aggregate'] as string,
    type: row['type'] as OutboxEvent['type'],
    detail: row['detail'] as EventDetail,
  };
}
