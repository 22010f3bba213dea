import { paginateQuery } from '@aws-sdk/lib-dynamodb';
import type { Item, Table } from './table.ts';

/** All rows of a partition in the order of their keys, strongly consistent. */
export async function rowsOf(table: Table, pk: string): Promise<readonly Item[]> {
  const rows: Item[] = [];
  const pages = paginateQuery(
    { client: table.client },
    {
      TableName: table.name,
      ConsistentRead: true,
      KeyConditionExpression: 'pk = :pk',
      ExpressionAttributeValues: { ':pk': pk },
    },
  );
  for await (const page of pages) rows.push(...(page.Items ?? []));
  return rows;
}
