import { hash } from 'node:crypto';
import type { DatabaseSync } from 'node:sqlite';
import type { DynamoDBRecord } from 'aws-lambda';
import type { HostClock } from '../../clock.ts';
import { transaction } from '../../store.ts';
import type { AttributeValue, Item } from './attribute-value.ts';
import { attribute, setAttribute } from './document-path.ts';
import { itemSize } from './item-size.ts';
import type { Table } from './table.ts';

/** An item before and after a write, with the texts that the store already has. */
export interface LoggedChange {
  readonly before: Item | undefined;
  readonly beforeText: string | undefined;
  readonly after: Item | undefined;
  readonly afterText: string | undefined;
  readonly by: 'ttl' | undefined;
}

/** The stream records of all tables, in the order of their commits. */
export interface ChangeLog {
  append(table: Table, change: LoggedChange): void;
  /** Calls the waiting listeners if anything was appended; to be called when the transaction has been committed. */
  announce(): void;
  /** @returns the function that ends the subscription */
  onRecords(listener: () => void): () => void;
  read(table: Table, afterSequence: number, limit: number): DynamoDBRecord[];
  /** The highest sequence number that the table's stream has, or had. */
  last(): number;
  trim(table: Table, uptoSequence: number): void;
  /** Drops the records written before this time, unless a checkpoint of their table is still behind them. */
  trimOlder(beforeMs: number): void;
}

interface Row {
  readonly sequence: number;
  readonly at_ms: number;
  readonly name: 'INSERT' | 'MODIFY' | 'REMOVE';
  readonly by_ttl: number;
  readonly size: number;
  readonly keys: string;
  readonly new_image: string | null;
  readonly old_image: string | null;
}

// AWS drops a record after a day whoever has not read it. Here a host may be off for longer than that, so a record also waits
// for the slowest event source of its table.
const TRIM_BEFORE = `DELETE FROM ddb_stream WHERE sequence < ? AND sequence <= coalesce((
  SELECT min(c.sequence) FROM ddb_checkpoint c JOIN ddb_table t ON t.name = c.table_name WHERE t.id = ddb_stream.table_id
), sequence)`;

const TTL_IDENTITY = { type: 'Service', principalId: 'dynamodb.amazonaws.com' };

export function openChangeLog(store: DatabaseSync, clock: HostClock, region: string): ChangeLog {
  const insert = store.prepare('INSERT INTO ddb_stream VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)');
  const select = store.prepare(
    'SELECT * FROM ddb_stream WHERE table_id = ? AND sequence > ? ORDER BY sequence LIMIT ?',
  );
  const trim = store.prepare('DELETE FROM ddb_stream WHERE table_id = ? AND sequence <= ?');
  const trimBefore = store.prepare(TRIM_BEFORE);
  // Stops at the first record that stays, which is the very first one most of the time.
  const firstSince = store.prepare('SELECT sequence FROM ddb_stream WHERE at_ms >= ? ORDER BY sequence LIMIT 1');
  const keepFloor = store.prepare('INSERT OR REPLACE INTO ddb_stream_floor VALUES (1, ?)');
  // A number is never given twice, even when the records that had the highest ones are gone: checkpoints outlive records.
  let last = Number(
    store
      .prepare(
        `SELECT max(coalesce((SELECT max(sequence) FROM ddb_stream), 0),
                    coalesce((SELECT sequence FROM ddb_stream_floor), 0)) AS last`,
      )
      .get()?.['last'],
  );
  const withFloor = (drop: () => void): void =>
    transaction(store, () => {
      keepFloor.run(last);
      drop();
    });
  const listeners = new Set<() => void>();
  let appended = false;

  return {
    append(table, { before, beforeText, after, afterText, by }) {
      const source = after ?? before;
      if (!table.stream || !source) return;
      const { view } = table.stream;
      const keys = keysOf(table, source);
      const fresh = view === 'NEW_IMAGE' || view === 'NEW_AND_OLD_IMAGES' ? afterText : undefined;
      const old = view === 'OLD_IMAGE' || view === 'NEW_AND_OLD_IMAGES' ? beforeText : undefined;
      const size = itemSize(keys) + (fresh && after ? itemSize(after) : 0) + (old && before ? itemSize(before) : 0);
      const name = before ? (after ? 'MODIFY' : 'REMOVE') : 'INSERT';
      const byTtl = by === 'ttl' ? 1 : 0;
      insert.run(++last, table.id, clock.now(), name, byTtl, size, JSON.stringify(keys), fresh ?? null, old ?? null);
      appended = true;
    },
    announce() {
      if (!appended) return;
      appended = false;
      for (const listener of listeners) listener();
    },
    onRecords(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    read: (table, afterSequence, limit) =>
      (select.all(table.id, afterSequence, limit) as unknown as Row[]).map((row) => record(table, row, region)),
    last: () => last,
    trim: (table, uptoSequence) => withFloor(() => trim.run(table.id, uptoSequence)),
    trimOlder(beforeMs) {
      const first = Number(firstSince.get(beforeMs)?.['sequence'] ?? last + 1);
      withFloor(() => trimBefore.run(first));
    },
  };
}

/** Sequence numbers are numbers here; on the wire they are at least 21 digits. */
export function sequenceText(sequence: number): string {
  return String(sequence).padStart(21, '0');
}

function record(table: Table, row: Row, region: string): DynamoDBRecord {
  type Image = NonNullable<NonNullable<DynamoDBRecord['dynamodb']>['Keys']>;
  const image = (text: string): Image => JSON.parse(text) as Image;
  return {
    // The same record must have the same id at every reading: consumers tell redeliveries by it.
    eventID: hash('md5', `${table.uuid}:${row.sequence}`),
    eventName: row.name,
    eventVersion: '1.1',
    eventSource: 'aws:dynamodb',
    awsRegion: region,
    dynamodb: {
      ApproximateCreationDateTime: Math.floor(row.at_ms / 1000),
      Keys: image(row.keys),
      ...(row.new_image === null ? {} : { NewImage: image(row.new_image) }),
      ...(row.old_image === null ? {} : { OldImage: image(row.old_image) }),
      SequenceNumber: sequenceText(row.sequence),
      SizeBytes: row.size,
      StreamViewType: table.stream?.view ?? 'KEYS_ONLY',
    },
    ...(row.by_ttl ? { userIdentity: TTL_IDENTITY } : {}),
  };
}

function keysOf(table: Table, item: Item): Item {
  const keys: Item = {};
  for (const { name } of table.key.attributes) setAttribute(keys, name, attribute(item, name) as AttributeValue);
  return keys;
}
