import type { DatabaseSync } from 'node:sqlite';
import type { HostClock } from '../../clock.ts';
import { jsonService, type Operation } from '../../gateway/json-service.ts';
import type { WireService } from '../../gateway/wire.ts';
import { openChangeLog } from './change-log.ts';
import type { DynamoDbContext, OperationOf } from './context.ts';
import { openItemStore } from './item-store.ts';
import { batchGetItem } from './operations/batch-get-item.ts';
import { batchWriteItem } from './operations/batch-write-item.ts';
import { deleteItem } from './operations/delete-item.ts';
import { getItem } from './operations/get-item.ts';
import { putItem } from './operations/put-item.ts';
import { query } from './operations/query.ts';
import { scan } from './operations/scan.ts';
import { describeStream, getShardIterator, listStreams, readRecords } from './operations/streams.ts';
import { createTable, deleteTable, describe, listTables } from './operations/tables.ts';
import { describeTimeToLive, updateTimeToLive } from './operations/time-to-live.ts';
import { transactGetItems } from './operations/transact-get-items.ts';
import { transactWriteItems } from './operations/transact-write-items.ts';
import { updateItem } from './operations/update-item.ts';
import { openRequestTokens } from './request-tokens.ts';
import { openSchema } from './schema.ts';
import { startSweep } from './sweep.ts';
import { openTableCatalog } from './table-catalog.ts';
import { type TableStreams, tableStreams } from './table-streams.ts';

export interface DynamoDbService extends WireService {
  /** The tables' streams for those who live in the same process, such as an event source mapping. */
  readonly streams: TableStreams;
  /** Ends the sweep of expired items; nothing else of the service runs by itself. */
  close(): void;
}

export interface DynamoDbOptions {
  readonly store: DatabaseSync;
  readonly clock: HostClock;
  readonly region?: string;
  readonly accountId?: string;
}

const OPERATIONS: Readonly<Record<string, OperationOf>> = {
  BatchGetItem: batchGetItem,
  BatchWriteItem: batchWriteItem,
  CreateTable: createTable,
  DeleteItem: deleteItem,
  DeleteTable: deleteTable,
  DescribeTable: describe,
  DescribeTimeToLive: describeTimeToLive,
  GetItem: getItem,
  ListTables: listTables,
  PutItem: putItem,
  Query: query,
  Scan: scan,
  TransactGetItems: transactGetItems,
  TransactWriteItems: transactWriteItems,
  UpdateItem: updateItem,
  UpdateTimeToLive: updateTimeToLive,
};

const STREAM_OPERATIONS: Readonly<Record<string, OperationOf>> = {
  DescribeStream: describeStream,
  GetRecords: readRecords,
  GetShardIterator: getShardIterator,
  ListStreams: listStreams,
};

/** DynamoDB and DynamoDB Streams over the tables `ddb_*` of the host's store; `behaviour.md` says what differs from AWS. */
export function createDynamoDb(options: DynamoDbOptions): DynamoDbService {
  const { store, clock, region = 'eu-west-1', accountId = '000000000000' } = options;
  openSchema(store);
  const tables = openTableCatalog(store, clock);
  const log = openChangeLog(store, clock, region);
  const tokens = openRequestTokens(store, clock);
  const context: DynamoDbContext = {
    store,
    clock,
    region,
    accountId,
    tables,
    log,
    tokens,
    items: openItemStore(store, log),
  };
  const bind = (operations: Readonly<Record<string, OperationOf>>): Record<string, Operation> =>
    Object.fromEntries(
      Object.entries(operations).map(([name, operation]) => [name, (input) => operation(context, input)]),
    );
  // Both services sign as `dynamodb`; the target tells them apart.
  const database = jsonService({
    name: 'dynamodb',
    version: '1.0',
    targetPrefix: 'DynamoDB_20120810',
    operations: bind(OPERATIONS),
  });
  const streams = jsonService({
    name: 'dynamodb',
    version: '1.0',
    targetPrefix: 'DynamoDBStreams_20120810',
    operations: bind(STREAM_OPERATIONS),
  });
  return {
    name: 'dynamodb',
    handle: (request) =>
      (request.headers['x-amz-target']?.startsWith('DynamoDBStreams_') ? streams : database).handle(request),
    streams: tableStreams(context),
    close: startSweep(context),
  };
}
