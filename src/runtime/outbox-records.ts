import { unmarshall } from '@aws-sdk/util-dynamodb';
import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import * as z from 'zod';
import { outboxEvent } from '#adapters/dynamodb/outbox-row.ts';
import type { OutboxEvent } from '#domain/event/chain.ts';

const record = z.object({
  eventName: z.string(),
  dynamodb: z.object({ SequenceNumber: z.string(), NewImage: z.record(z.string(), z.unknown()).optional() }),
});

/** A batch of the table's stream, as the outbox rows in it, with the way back from an event to its record. */
export const outboxRecords = z.object({ Records: z.array(record) }).transform(({ Records }) => {
  const sequences = new Map<string, string>();
  const events: OutboxEvent[] = [];
  for (const { eventName, dynamodb } of Records) {
    if (eventName !== 'INSERT' || !dynamodb.NewImage) continue;
    const event = outboxEvent(unmarshall(dynamodb.NewImage as Record<string, AttributeValue>));
    events.push(event);
    sequences.set(event.detail.id, dynamodb.SequenceNumber);
  }
  return { events, sequenceOf: (event: OutboxEvent): string => sequences.get(event.detail.id) ?? '' };
});
