import { GetCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { keys } from './keys.ts';
import type { Table } from './table.ts';

export async function writeHeartbeat(table: Table, at: Date): Promise<void> {
  await table.client.send(
    new UpdateCommand({
      TableName: table.name,
      Key: keys.runner(),
      UpdateExpression: 'SET heartbeatAt = :at, et = :et',
      ExpressionAttributeValues: { ':at': at.toISOString(), ':et': 'Capacity' },
    }),
  );
}

export async function readHeartbeat(table: Table): Promise<Date | undefined> {
  const { Item } = await table.client.send(
    new GetCommand({ TableName: table.name, Key: keys.runner(), ConsistentRead: true }),
  );
  const at = Item?.['heartbeatAt'] as string | undefined;
  return at === undefined ? undefined : new Date(at);
}
