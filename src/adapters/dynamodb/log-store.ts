import { TransactWriteCommand } from '@aws-sdk/lib-dynamodb';
import type { Clock } from '#ports/clock.ts';
import type { ColdLogs } from '#ports/cold-logs.ts';
import type { LogBatch, LogEvent, LogLine, LogPage, LogStore } from '#ports/log-store.ts';
import { Refusal } from '#domain/refusal.ts';
import { chunksOf, piecesOf } from './chunks-of.ts';
import { cancellationOf } from './cancellation.ts';
import { indexKeys, keys } from './keys.ts';
import { chunkOf, readChunks, readHead, type LogHead } from './log-rows.ts';
import type { Table } from './table.ts';

const mostRounds = 50;

/**
 * Log chunks under one head row. The head's revision orders writers, so numbers have no gap; its last event id per
 * stream tells what came before. Nothing here runs out by itself: what is old goes to the archive first (`HotLogs`), and is
 * read from there with the same numbers.
 */
export class DynamoLogStore implements LogStore {
  readonly #table: Table;
  readonly #clock: Clock;
  readonly #cold: ColdLogs | undefined;

  /** @param cold absent where a function is not let at the archive */
  constructor(table: Table, clock: Clock, cold?: ColdLogs) {
    this.#table = table;
    this.#clock = clock;
    this.#cold = cold;
  }

  async append(batch: LogBatch): Promise<void> {
    const pieces = piecesOf(batch.events);
    for (const [index, events] of pieces.entries()) {
      await this.#append({ ...batch, events, streamEnded: batch.streamEnded && index === pieces.length - 1 });
    }
  }

  async #append(batch: LogBatch): Promise<void> {
    for (let round = 0; round < mostRounds; round++) {
      const head = await readHead(this.#table, batch.deploymentId);
      const fresh = await this.#fresh(head, batch);
      const ends = batch.streamEnded && !head.ended.includes(batch.stream);
      if (fresh.length === 0 && !ends) return;
      if (await this.#write(head, batch, fresh, ends)) return;
      await this.#clock.sleep(Math.ceil(Math.random() * Math.min(round * 5, 100)));
    }
    throw new Refusal('unavailable', 'Too many writers on one log.', { transient: true });
  }

  async read(deploymentId: string, afterNumber: number, limit: number): Promise<LogPage> {
    const { isShort, ...page } = await this.#page(deploymentId, afterNumber, limit);
    if (!isShort) return page;
    // The chunks that the head spoke of went to the archive meanwhile: the head says by now where they are.
    const { isShort: _, ...again } = await this.#page(deploymentId, afterNumber, limit);
    return again;
  }

  async #page(deploymentId: string, afterNumber: number, limit: number) {
    // The head first: a stream that it calls ended has all its chunks written.
    const head = await readHead(this.#table, deploymentId);
    const archived = head.archive?.last ?? 0;
    const cold = await this.#archived(head, afterNumber, limit);
    const from = Math.max(afterNumber, archived);
    const missing = limit - cold.length;
    const rows = from >= head.last ? [] : await readChunks(this.#table, deploymentId, from, missing);
    const isShort = rows.length < Math.min(missing, head.last - from);
    return { chunks: [...cold, ...rows.map(chunkOf)], endedStreams: head.ended.length, isShort };
  }

  async tail(deploymentId: string, count: number): Promise<readonly LogLine[]> {
    const head = await readHead(this.#table, deploymentId);
    const after = Math.max(0, head.last - count);
    const cold = this.#cold ? await this.#archived(head, after, count) : [];
    const rows = await readChunks(this.#table, deploymentId, Math.max(after, head.archive?.last ?? 0), count);
    return count === 0 ? [] : [...cold, ...rows.map(chunkOf)].flatMap(({ lines }) => lines).slice(-count);
  }

  async #archived({ archive }: LogHead, afterNumber: number, limit: number) {
    if (!archive || afterNumber >= archive.last) return [];
    if (!this.#cold) throw new Error(`The log lies in ${archive.key}, and this function may not read there.`);
    return this.#cold.read(archive, afterNumber, limit);
  }

  /** What of a batch is not stored yet. Past the last id of its stream all is new; before it, delivery came late or twice. */
  async #fresh(head: LogHead, { deploymentId, stream, events }: LogBatch): Promise<readonly LogEvent[]> {
    const last = head.streams[stream];
    if (last === undefined || (events[0]?.id ?? '') > last) return events;
    const rows = await readChunks(this.#table, deploymentId, 0, head.last);
    const stored = rows.filter((row) => row['stream'] === stream) as unknown as { first: string; final: string }[];
    return events.filter(({ id }) => !stored.some(({ first, final }) => first <= id && id <= final));
  }

  async #write(head: LogHead, batch: LogBatch, fresh: readonly LogEvent[], ends: boolean): Promise<boolean> {
    const { deploymentId, stream } = batch;
    const TableName = this.#table.name;
    const chunks = chunksOf(fresh).map((events, index) => ({
      ...keys.logChunk(deploymentId, head.last + index + 1),
      et: 'LogChunk',
      n: head.last + index + 1,
      stream,
      first: events[0]?.id,
      final: events.at(-1)?.id,
      lines: events.map(({ at, step, text }) => ({ at, step, text })),
    }));
    const newest = [head.streams[stream] ?? '', fresh.at(-1)?.id ?? ''].sort().at(-1) ?? '';
    const next: LogHead = {
      rev: head.rev + 1,
      last: head.last + chunks.length,
      streams: { ...head.streams, [stream]: newest },
      ended: ends ? [...head.ended, stream] : head.ended,
      ...(head.archive && { archive: head.archive }),
    };
    const quietSince = indexKeys.hotLog(this.#clock.now().toISOString(), deploymentId);
    try {
      await this.#table.client.send(
        new TransactWriteCommand({
          TransactItems: [
            {
              Put: {
                TableName,
                Item: { ...keys.logHead(deploymentId), et: 'LogHead', ...quietSince, deploymentId, ...next },
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
}
