import { QueryCommand, UpdateCommand, type QueryCommandOutput } from '@aws-sdk/lib-dynamodb';
import type { Clock } from '#ports/clock.ts';
import type { ColdLogs, LogIndex } from '#ports/cold-logs.ts';
import type { HotLog, HotLogs } from '#ports/hot-logs.ts';
import type { LogChunk } from '#ports/log-store.ts';
import { allShards, hotLogShard, indexes, keys } from './keys.ts';
import { chunkOf, readChunks, readHead } from './log-rows.ts';
import type { Item, Table } from './table.ts';
import { writeBatches } from './write-batches.ts';

/** Chunks have up to 100 KB each, so that a page stays small in memory. */
const chunksPerRead = 100;
const logsPerRead = 50;

export class DynamoHotLogs implements HotLogs {
  readonly #table: Table;
  readonly #clock: Clock;
  readonly #cold: ColdLogs;

  constructor(table: Table, clock: Clock, cold: ColdLogs) {
    this.#table = table;
    this.#clock = clock;
    this.#cold = cold;
  }

  async *quietSince(instant: string): AsyncGenerator<string> {
    for (const shard of allShards) {
      let ExclusiveStartKey: Item | undefined;
      do {
        const page: QueryCommandOutput = await this.#table.client.send(
          new QueryCommand({
            TableName: this.#table.name,
            IndexName: indexes.open,
            KeyConditionExpression: 'gsi3pk = :pk AND gsi3sk < :instant',
            ExpressionAttributeValues: { ':pk': hotLogShard(shard), ':instant': instant },
            Limit: logsPerRead,
            ...(ExclusiveStartKey && { ExclusiveStartKey: { ...ExclusiveStartKey } }),
          }),
        );
        for (const row of page.Items ?? []) yield row['deploymentId'] as string;
        ExclusiveStartKey = page.LastEvaluatedKey;
      } while (ExclusiveStartKey);
    }
  }

  async find(deploymentId: string): Promise<HotLog | undefined> {
    const { rev, last, archive } = await readHead(this.#table, deploymentId);
    return rev === 0 ? undefined : { rev, last, ...(archive && { archive }) };
  }

  async *whole(deploymentId: string): AsyncGenerator<LogChunk> {
    const { archive } = await readHead(this.#table, deploymentId);
    let after = 0;
    if (archive) {
      while (after < archive.last) {
        const chunks = await this.#cold.read(archive, after, chunksPerRead);
        yield* chunks;
        after = chunks.at(-1)?.n ?? archive.last;
      }
    }
    for (;;) {
      const rows = await readChunks(this.#table, deploymentId, after, chunksPerRead);
      for (const row of rows) yield chunkOf(row);
      after += rows.length;
      if (rows.length < chunksPerRead) return;
    }
  }

  async index(deploymentId: string, { rev }: HotLog, archive: LogIndex): Promise<boolean> {
    const values = { ':archive': archive, ':one': 1 };
    return this.#change(deploymentId, rev, 'SET #archive = :archive, rev = rev + :one', values, {
      '#archive': 'archive',
    });
  }

  async drop(deploymentId: string): Promise<void> {
    const { rev, last, archive } = await readHead(this.#table, deploymentId);
    if (!archive) throw new Error(`The log of ${deploymentId} is not archived; its lines stay.`);
    for (;;) {
      const rows = await readChunks(this.#table, deploymentId, 0, chunksPerRead);
      const gone = rows.map(chunkOf).filter(({ n }) => n <= archive.last);
      await writeBatches(
        this.#table,
        this.#clock,
        gone.map(({ n }) => ({ DeleteRequest: { Key: keys.logChunk(deploymentId, n) } })),
      );
      if (gone.length < chunksPerRead) break;
    }
    // What was written since is not archived yet, and has to be found again.
    if (archive.last === last) {
      await this.#change(deploymentId, rev, 'SET rev = rev + :one REMOVE gsi3pk, gsi3sk', { ':one': 1 });
    }
  }

  async #change(
    deploymentId: string,
    rev: number,
    UpdateExpression: string,
    values: Item,
    names?: Record<string, string>,
  ) {
    try {
      await this.#table.client.send(
        new UpdateCommand({
          TableName: this.#table.name,
          Key: keys.logHead(deploymentId),
          UpdateExpression,
          ConditionExpression: 'rev = :rev',
          ExpressionAttributeValues: { ...values, ':rev': rev },
          ...(names && { ExpressionAttributeNames: names }),
        }),
      );
      return true;
    } catch (error) {
      if (error instanceof Error && error.name === 'ConditionalCheckFailedException') return false;
      throw error;
    }
  }
}
