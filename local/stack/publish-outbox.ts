import type { DatabaseSync } from 'node:sqlite';
import { functionCatalog, nameOf } from '#functions/catalog.ts';
import type { HostClock } from '../clock.ts';
import { createEventSource, type BatchAnswer, type EventSource } from '../services/dynamodb/event-source.ts';
import type { Account } from './account.ts';
import { functionArn, names } from './names.ts';

interface Parts {
  readonly store: DatabaseSync;
  readonly clock: HostClock;
  readonly account: Account;
}

/** The event source mapping between the table's stream and the function that publishes the outbox. */
export function publishOutbox({ store, clock, account }: Parts): EventSource {
  const row = functionCatalog.find(({ trigger }) => trigger.kind === 'table-stream');
  if (row?.trigger.kind !== 'table-stream') throw new Error('functions/catalog.ts has no function on the stream.');
  const { keyPrefix } = row.trigger;
  return createEventSource({
    store,
    clock,
    streams: account.dynamodb.streams,
    tableName: names.table,
    consumer: nameOf(row),
    filter: { eventName: ['INSERT'], dynamodb: { Keys: { pk: { S: [{ prefix: keyPrefix }] } } } },
    batchSize: 100,
    invoke: async (event) => (await account.invoke(functionArn(row), event)) as BatchAnswer,
  });
}
