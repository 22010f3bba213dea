import { BatchWriteCommand } from '@aws-sdk/lib-dynamodb';
import type { Clock } from '#ports/clock.ts';
import type { Item, Key, Table } from './table.ts';

type WriteRequest =
  | { readonly PutRequest: { readonly Item: Item } }
  | { readonly DeleteRequest: { readonly Key: Key } };

const writesPerRequest = 25;

/** Puts and deletes without a condition, in as many requests as it takes; what the table did not get to goes again. */
export async function writeBatches(table: Table, clock: Clock, all: readonly WriteRequest[]): Promise<void> {
  let requests = all;
  for (let round = 1; requests.length > 0; round++) {
    const { UnprocessedItems } = await table.client.send(
      new BatchWriteCommand({ RequestItems: { [table.name]: requests.slice(0, writesPerRequest) } }),
    );
    const left = (UnprocessedItems?.[table.name] ?? []) as unknown as readonly WriteRequest[];
    if (left.length > 0) await clock.sleep(Math.min(round * 50, 1000));
    requests = [...left, ...requests.slice(writesPerRequest)];
  }
}
