import type { DatabaseSync } from 'node:sqlite';
import { functionCatalog, nameOf, type FunctionRow } from '#functions/catalog.ts';
import { rowFilters } from '#functions/row-filters.ts';
import type { HostClock } from '../clock.ts';
import { createEventSource, type BatchAnswer, type EventSource } from '../services/dynamodb/event-source.ts';
import type { Account } from './account.ts';
import { functionArn, names } from './names.ts';

interface Parts {
  readonly store: DatabaseSync;
  readonly clock: HostClock;
  readonly account: Account;
}

/** The event source mappings between the table's stream and the functions of the catalog that read it. */
export function readTable(parts: Parts): Pick<EventSource, 'start' | 'stop'> {
  const sources = functionCatalog.flatMap((row) => mappingOf(parts, row));
  return {
    start: () => sources.forEach((source) => source.start()),
    async stop() {
      await Promise.all(sources.map((source) => source.stop()));
    },
  };
}

function mappingOf({ store, clock, account }: Parts, row: FunctionRow): readonly EventSource[] {
  const { trigger } = row;
  if (trigger.kind !== 'table-stream') return [];
  return [
    createEventSource({
      store,
      clock,
      streams: account.dynamodb.streams,
      tableName: names.table,
      consumer: nameOf(row),
      filters: rowFilters(trigger.rows),
      batchSize: 100,
      invoke: async (event) => (await account.invoke(functionArn(row), event)) as BatchAnswer,
    }),
  ];
}
