import type { DatabaseSync } from 'node:sqlite';
import type { HostClock } from '../../clock.ts';
import type { ChangeLog } from './change-log.ts';
import type { ItemStore } from './item-store.ts';
import type { RequestTokens } from './request-tokens.ts';
import type { TableCatalog } from './table-catalog.ts';

/** What the operations work on. */
export interface DynamoDbContext {
  readonly store: DatabaseSync;
  readonly clock: HostClock;
  readonly region: string;
  readonly accountId: string;
  readonly tables: TableCatalog;
  readonly items: ItemStore;
  readonly log: ChangeLog;
  readonly tokens: RequestTokens;
}

export type OperationOf = (context: DynamoDbContext, input: Record<string, unknown>) => unknown;
