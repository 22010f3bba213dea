import type { DynamoDbContext } from './context.ts';
import type { Table } from './table.ts';

export function tableArn({ region, accountId }: DynamoDbContext, table: Table): string {
  return `arn:aws:dynamodb:${region}:${accountId}:table/${table.name}`;
}

export function streamArn(context: DynamoDbContext, table: Table): string | undefined {
  return table.stream && `${tableArn(context, table)}/stream/${table.stream.label}`;
}

/** The TableDescription of DescribeTable. Sizes are exact, where AWS counts every six hours. */
export function describeTable(context: DynamoDbContext, table: Table, status: 'ACTIVE' | 'DELETING'): object {
  const { definition } = table;
  const arn = tableArn(context, table);
  const throughput = (given: { ReadCapacityUnits: number; WriteCapacityUnits: number } | undefined): object => ({
    NumberOfDecreasesToday: 0,
    ...(given ?? { ReadCapacityUnits: 0, WriteCapacityUnits: 0 }),
  });
  const { count, bytes } = sizeOf(context, table);
  return {
    TableName: table.name,
    TableArn: arn,
    TableId: table.uuid,
    TableStatus: status,
    CreationDateTime: table.createdMs / 1000,
    AttributeDefinitions: definition.AttributeDefinitions,
    KeySchema: definition.KeySchema,
    ItemCount: count,
    TableSizeBytes: bytes,
    DeletionProtectionEnabled: false,
    ProvisionedThroughput: throughput(definition.ProvisionedThroughput),
    ...(definition.BillingMode ? { BillingModeSummary: { BillingMode: definition.BillingMode } } : {}),
    ...(definition.TableClass ? { TableClassSummary: { TableClass: definition.TableClass } } : {}),
    ...(definition.GlobalSecondaryIndexes
      ? {
          GlobalSecondaryIndexes: definition.GlobalSecondaryIndexes.map((index, position) => ({
            IndexName: index.IndexName,
            IndexArn: `${arn}/index/${index.IndexName}`,
            IndexStatus: status,
            KeySchema: index.KeySchema,
            Projection: index.Projection,
            ItemCount: rowsInIndex(context, table, position),
            ProvisionedThroughput: throughput(index.ProvisionedThroughput),
          })),
        }
      : {}),
    ...(table.stream
      ? {
          StreamSpecification: definition.StreamSpecification,
          LatestStreamLabel: table.stream.label,
          LatestStreamArn: streamArn(context, table),
        }
      : {}),
  };
}

function sizeOf({ store }: DynamoDbContext, table: Table): { count: number; bytes: number } {
  const row = store
    .prepare('SELECT count(*) AS count, total(size) AS bytes FROM ddb_item WHERE table_id = ?')
    .get(table.id);
  return { count: Number(row?.['count']), bytes: Number(row?.['bytes']) };
}

function rowsInIndex({ store }: DynamoDbContext, table: Table, position: number): number {
  const row = store
    .prepare('SELECT count(*) AS count FROM ddb_index WHERE table_id = ? AND position = ?')
    .get(table.id, position);
  return Number(row?.['count']);
}
