import type { DatabaseSync } from 'node:sqlite';
import type { DynamoDBRecord, DynamoDBStreamEvent } from 'aws-lambda';
import type { HostClock } from '../../clock.ts';
import { openCheckpoint } from './checkpoint.ts';
import { checkPattern, type FilterPattern, matchesPattern } from './event-filter.ts';
import { openSchema } from './schema.ts';
import type { TableStreams } from './table-streams.ts';

/** What a function answers when its mapping reports failures by item. */
export interface BatchAnswer {
  readonly batchItemFailures?: readonly { readonly itemIdentifier: string }[];
}

export interface EventSourceOptions {
  readonly store: DatabaseSync;
  readonly clock: HostClock;
  readonly streams: TableStreams;
  readonly tableName: string;
  /** Names the checkpoint; two mappings of one table need two names. */
  readonly consumer: string;
  /** A record passes that matches any of them; every record does when there is none. */
  readonly filters?: readonly FilterPattern[];
  /** The most records of one invocation. */
  readonly batchSize: number;
  /** Runs the function once; a rejection fails the whole batch. */
  invoke(event: DynamoDBStreamEvent): Promise<BatchAnswer | void>;
}

export interface EventSource {
  start(): void;
  /** Lets the batch in flight end and be accounted for, then nothing more runs. */
  stop(): Promise<void>;
  /** Resolves when nothing is in flight: all records are done with, or a retry is waiting for its time, or the source is stopped. */
  idle(): Promise<void>;
}

const FIRST_RETRY_MS = 1_000;
const LONGEST_RETRY_MS = 60_000;

/**
 * A Lambda event source mapping from a table's stream: from the oldest record on, in order, one batch at a time, at least once. The
 * checkpoint moves when a batch is done with; a failed batch, or its rest from the lowest failed item on, comes again after 1 s, 2 s,
 * 4 s … 60 s, for as long as it fails.
 */
export function createEventSource(options: EventSourceOptions): EventSource {
  const { clock, streams, tableName, consumer, filters = [{}], batchSize } = options;
  for (const filter of filters) checkPattern(filter);
  openSchema(options.store);
  const checkpoint = openCheckpoint(options.store, consumer, tableName);

  let running: Promise<void> | undefined;
  let wanted = false;
  let unsubscribe: (() => void) | undefined;
  let cancelRetry: (() => void) | undefined;
  let failures = 0;
  // Past the records of other tables, for which no checkpoint is written.
  let position = 0;

  const wake = (): void => {
    wanted = true;
    if (running || cancelRetry || !unsubscribe) return;
    // Begins in a later turn: the waker may still be inside its own write.
    running = Promise.resolve()
      .then(drain)
      .catch((error: unknown) => {
        console.error(`event source ${consumer} on ${tableName}:`, error);
        retryLater();
      })
      .then(() => {
        running = undefined;
        if (wanted) wake();
      });
  };

  const started = (): boolean => unsubscribe !== undefined;

  const drain = async (): Promise<void> => {
    while (started()) {
      wanted = false;
      const end = streams.last();
      const after = Math.max(position, checkpoint.read());
      const records = streams.read(tableName, after, batchSize);
      if (records.length === 0) {
        position = end;
        return;
      }
      const done = await deliver(records, after);
      if (done > after) {
        checkpoint.write(done);
        failures = 0;
      }
      if (done < sequenceOf(records.at(-1))) return retryLater();
    }
  };

  /** The sequence number up to which the records are done with. */
  const deliver = async (records: DynamoDBRecord[], after: number): Promise<number> => {
    const eventSourceARN = streams.arn(tableName);
    const Records = records
      .filter((record) => filters.some((filter) => matchesPattern(filter, record)))
      .map((record) => ({ ...record, ...(eventSourceARN ? { eventSourceARN } : {}) }));
    const last = sequenceOf(records.at(-1));
    if (Records.length === 0) return last;
    // What the filter drops before the first record of the batch is done with however the batch ends.
    const before = sequenceOf(Records[0]) - 1;
    try {
      const answer = await options.invoke({ Records });
      const failed = answer?.batchItemFailures?.map(({ itemIdentifier }) => itemIdentifier) ?? [];
      if (failed.length === 0) return last;
      const known = new Set(Records.map((record) => record.dynamodb?.SequenceNumber));
      // Lambda takes an identifier that it does not know for the failure of the whole batch.
      if (failed.some((identifier) => !known.has(identifier))) return Math.max(before, after);
      return Math.min(...failed.map(Number)) - 1;
    } catch {
      // The function's own host reports why it failed; the mapping only tries again.
      return Math.max(before, after);
    }
  };

  const retryLater = (): void => {
    if (!started()) return;
    const delay = Math.min(FIRST_RETRY_MS * 2 ** failures++, LONGEST_RETRY_MS);
    cancelRetry = clock.after(delay, () => {
      cancelRetry = undefined;
      wake();
    });
    // Records that come meanwhile wait for the retry: they are behind the failed one.
    wanted = false;
  };

  return {
    start() {
      if (unsubscribe) return;
      if (streams.arn(tableName) === undefined) throw new Error(`The table ${tableName} has no stream to read from.`);
      unsubscribe = streams.onRecords(wake);
      // The checkpoint is there from the start, so that no record is dropped before this consumer has read it.
      checkpoint.write(checkpoint.read());
      wake();
    },
    async stop() {
      unsubscribe?.();
      unsubscribe = undefined;
      cancelRetry?.();
      cancelRetry = undefined;
      await running;
    },
    async idle() {
      for (let current = running; current; current = running) await current;
    },
  };
}

function sequenceOf(record: DynamoDBRecord | undefined): number {
  return Number(record?.dynamodb?.SequenceNumber);
}
