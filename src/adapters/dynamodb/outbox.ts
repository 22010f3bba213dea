import { QueryCommand } from '@aws-sdk/lib-dynamodb';
import type { OutboxEvent } from '#domain/event/chain.ts';
import type { Clock } from '#ports/clock.ts';
import type { Outbox } from '#ports/outbox.ts';
import { allShards, indexes, outboxShard } from './keys.ts';
import { outboxEvent, publishedRow } from './outbox-row.ts';
import type { Table } from './table.ts';
import { writeBatches } from './write-batches.ts';

export class DynamoOutbox implements Outbox {
  readonly #table: Table;
  readonly #clock: Clock;

  constructor(table: Table, clock: Clock) {
    this.#table = table;
    this.#clock = clock;
  }

  async unpublished(olderThanMs: number, limit: number): Promise<readonly OutboxEvent[]> {
    const before = new Date(this.#clock.now().getTime() - olderThanMs).toISOString();
    // A share for each shard: one with an event that nobody takes must not starve the others.
    const share = Math.ceil(limit / allShards.length);
    const shards = await Promise.all(allShards.map((shard) => this.#shard(shard, before, share)));
    return shards.flat().slice(0, limit);
  }

  async #shard(shard: number, before: string, limit: number): Promise<readonly OutboxEvent[]> {
    const { Items } = await this.#table.client.send(
      new QueryCommand({
        TableName: this.#table.name,
        IndexName: indexes.open,
        KeyConditionExpression: 'gsi3pk = :pk AND gsi3sk < :before',
        ExpressionAttributeValues: { ':pk': outboxShard(shard), ':before': before },
        Limit: limit,
      }),
    );
    return (Items ?? []).map(outboxEvent);
  }

  /** The rows are written whole: one request takes 25 of these, and an update would need one for each. */
  async markPublished(events: readonly OutboxEvent[]): Promise<void> {
    const publishedAt = this.#clock.now().toISOString();
    const requests = events.map((event) => ({ PutRequest: { Item: publishedRow(event, publishedAt) } }));
    await writeBatches(this.#table, this.#clock, requests);
  }
}
