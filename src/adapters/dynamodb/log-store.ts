import { GetCommand, QueryCommand, TransactWriteCommand } from '@aws-sdk/lib-dynamodb';
import type { Clock } from '#ports/clock.ts';
import type { LogBatch, LogChunk, LogEvent, LogLine, LogPage, LogStore } from '#ports/log-store.ts';
import { Refusal } from '#domain/refusal.ts';
import { chunksOf, piecesOf } from './chunks-of.ts';
import { cancellationOf } from './cancellation.ts';
import { keys } from './keys.ts';
import type { Item, Table } from './table.ts';

interface Head {
  readonly rev: number;
  /** Number of the last chunk. */
  readonly last: number;
  /** The last event id of each stream, and the streams that have ended. */
  readonly streams: Readonly<Record<string, string>>;
  readonly ended: readonly string[];
}

const emptyHead: Head = { rev: 0, last: 0, streams: {}, ended: [] };
const mostRounds = 50;
/** Logs are hot for thirty days. */
const keptSeconds = 30 * 24 * 3600;

/**
 * Log chunks under one head row. The head's revision orders writers, so numbers have no gap; its last event id per
 * stream tells what came before.
 */
export class DynamoLogStore implements LogStore {
  readonly #table: Table;
  readonly #clock: Clock;

  constructor(table: Table, clock: Clock) {
    this.#table = table;
    this.#clock = clock;
  }

  async append(batch: LogBatch): Promise<void> {
    const pieces = piecesOf(batch.events);
    for (const [index, events] of pieces.entries()) {
      await this.#append({ ...batch, events, streamEnded: batch.streamEnded && index === pieces.length - 1 });
    }
  }

  async #append(batch: LogBatch): Promise<void> {
    for (let round = 0; round < mostRounds; round++) {
      const head = await this.#head(batch.deploymentId);
      const fresh = await this.#fresh(head, batch);
      const ends = batch.streamEnded && !head.ended.includes(batch.stream);
      if (fresh.length === 0 && !ends) return;
      if (await this.#write(head, batch, fresh, ends)) return;
      await this.#clock.sleep(Math.ceil(Math.random() * Math.min(round * 5, 100)));
    }
    throw new Refusal('unavailable', 'Too many writers on one log.', { transient: true });
  }

  async read(deploymentId: string, afterNumber: number, limit: number): Promise<LogPage> {
    // The head first: a stream that it calls ended has all its chunks written.
    const head = await this.#head(deploymentId);
    const rows = afterNumber >= head.last ? [] : await this.#chunks(deploymentId, afterNumber, limit);
    return { chunks: rows.map(chunkOf), endedStreams: head.ended.length };
  }

  async tail(deploymentId: string, count: number): Promise<readonly LogLine[]> {
    const { last } = await this.#head(deploymentId);
    const rows = await this.#chunks(deploymentId, Math.max(0, last - count), count);
    return rows.flatMap((row) => chunkOf(row).lines).slice(-count);
  }

  async #head(deploymentId: string): Promise<Head> {
    const { Item } = await this.#table.client.send(
      new GetCommand({ TableName: this.#table.name, Key: keys.logHead(deploymentId), ConsistentRead: true }),
    );
    return Item ? (Item as Head) : emptyHead;
  }

  /** What of a batch is not stored yet. Past the last id of its stream all is new; before it, delivery came late or twice. */
  async #fresh(head: Head, { deploymentId, stream, events }: LogBatch): Promise<readonly LogEvent[]> {
    const last = head.streams[stream];
    if (last === undefined || (events[0]?.id ?? '') > last) return events;
    const rows = await this.#chunks(deploymentId, 0, head.last);
    const stored = rows.filter((row) => row['stream'] === stream) as unknown as { first: string; final: string }[];
    return events.filter(({ id }) => !stored.some(({ first, final }) => first <= id && id <= final));
  }

  async #write(head: Head, batch: LogBatch, fresh: readonly LogEvent[], ends: boolean): Promise<boolean> {
    const { deploymentId, stream } = batch;
    const TableName = this.#table.name;
    const ttl = Math.floor(this.#clock.now().getTime() / 1000) + keptSeconds;
    const chunks = chunksOf(fresh).map((events, index) => ({
      ...keys.logChunk(deploymentId, head.last + index + 1),
      et: 'LogChunk',
      n: head.last + index + 1,
      stream,
      first: events[0]?.id,
      final: events.at(-1)?.id,
      lines: events.map(({ at, step, text }) => ({ at, step, text })),
      ttl,
    }));
    const newest = [head.streams[stream] ?? '', fresh.at(-1)?.id ?? ''].sort().at(-1) ?? '';
    const next: Head = {
      rev: head.rev + 1,
      last: head.last + chunks.length,
      streams: { ...head.streams, [stream]: newest },
      ended: ends ? [...head.ended, stream] : head.ended,
    };
    try {
      await this.#table.client.send(
        new TransactWriteCommand({
          TransactItems: [
            {
              Put: {
                TableName,
                Item: { ...keys.logHead(deploymentId), et: 'LogHead', ...next, ttl },
                ConditionExpression: 'attribute_not_exists(pk) OR rev = :rev',
                ExpressionAttributeValues: { ':rev': head.rev },
              },
            },
            ...chunks.map((Item) => ({ Put: { TableName, Item, ConditionExpression: 'attribute_not_exists(pk)' } })),
          ],
        }),
      );
      return true;
    } catch (error) {
      if (cancellationOf(error)) return false;
      throw error;
    }
  }

  async #chunks(deploymentId: string, after: number, limit: number): Promise<readonly Item[]> {
    if (limit <= 0) return [];
    const rows: Item[] = [];
    let ExclusiveStartKey: Record<string, unknown> | undefined;
    do {
      const page = await this.#table.client.send(
        new QueryCommand({
          TableName: this.#table.name,
          ConsistentRead: true,
          KeyConditionExpression: 'pk = :pk AND sk BETWEEN :from AND :to',
          ExpressionAttributeValues: {
            ':pk': keys.logRows(deploymentId),
            ':from': keys.logChunk(deploymentId, after + 1).sk,
            // Digits sort before the letters of HEAD.
            ':to': keys.logChunk(deploymentId, 9_999_999_999).sk,
          },
          Limit: limit - rows.length,
          ...(ExclusiveStartKey && { ExclusiveStartKey }),
        }),
      );
      rows.push(...(page.Items ?? []));
      ExclusiveStartKey = page.LastEvaluatedKey;
    } while (ExclusiveStartKey && rows.length < limit);
    return rows;
  }
}

function chunkOf(row: Item): LogChunk {
  return { n: row['n'] as number, lines: row['lines'] as readonly LogLine[] };
}
