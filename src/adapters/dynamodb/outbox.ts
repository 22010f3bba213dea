import { BatchWriteCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
import type { OutboxEvent } from '#domain/event/chain.ts';
import type { Clock } from '#ports/clock.ts';
import type { Outbox } from '#ports/outbox.ts';
import { allShards, indexes, keys, outboxShard } from './keys.ts';
import { outboxEvent } from './outbox-row.ts';
import type { Table } from './table.ts';

const deletesPerRequest = 25;

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

  async remove(events: readonly OutboxEvent[]): Promise<void> {
    let requests = events.map(({ aggregate, detail }) => ({
      DeleteRequest: { Key: keys.outbox(aggregate, detail.seq) },
    }));
    for (let round = 1; requests.length > 0; round++) {
      const batch = requests.slice(0, deletesPerRequest);
      const { UnprocessedItems } = await this.#table.client.send(
        new BatchWriteCommand({ RequestItems: { [this.#table.name]: batch } }),
      );
      const left = (UnprocessedItems?.[this.#table.name] ?? []) as typeof requests;
      if (left.length > 0) await this.#clock.sleep(Math.min(round * 50, 1000));
      requests = [...left, ...requests.slice(deletesPerRequest)];
    }
  }
}
