import type { DatabaseSync } from 'node:sqlite';
import type { AttributeValue, Item } from './attribute-value.ts';
import { equalValues } from './compare-values.ts';
import { attribute } from './document-path.ts';
import { type ItemKey, keyInIndex } from './item-key.ts';
import type { ChangeLog } from './change-log.ts';
import type { Table } from './table.ts';

export interface StoredItem {
  /** The row, to which the index rows point. */
  readonly id: number;
  /** The JSON text; parsed again by whoever needs a copy to change. */
  readonly text: string;
  readonly item: Item;
}

export interface ItemRow {
  readonly pk: Uint8Array;
  readonly sort: Uint8Array;
  readonly size: number;
  readonly text: string;
}

/** `low <= sort < high` of one partition. */
export interface PartitionRange {
  readonly pk: Buffer;
  readonly low: Buffer;
  readonly high: Buffer;
  readonly forward: boolean;
}

/** What becomes of an item: `next` is the whole new item, or undefined when it goes. */
export interface ItemChange {
  readonly table: Table;
  readonly key: ItemKey;
  readonly before: StoredItem | undefined;
  readonly next: { readonly item: Item; readonly size: number } | undefined;
}

export interface ItemStore {
  get(table: Table, key: ItemKey): StoredItem | undefined;
  /** Writes item, index rows and stream record; call it in a transaction. */
  apply(change: ItemChange, by?: 'ttl'): void;
  /** The rows of a partition of the table, or of one of its indexes. */
  partition(table: Table, position: number | undefined, range: PartitionRange): Iterable<ItemRow>;
  /** All rows in key order, after this one. */
  all(table: Table, position: number | undefined, after: { pk: Uint8Array; sort: Uint8Array }): Iterable<ItemRow>;
}

const ROW = 'i.pk AS pk, i.sort AS sort, i.size AS size, i.item AS text';
const INDEXED = `SELECT ${ROW} FROM ddb_index x CROSS JOIN ddb_item i
  ON i.id = x.item_id`;

export function openItemStore(store: DatabaseSync, log: ChangeLog): ItemStore {
  const get = store.prepare('SELECT id, item AS text FROM ddb_item WHERE table_id = ? AND pk = ? AND sort = ?');
  const insert = store.prepare(
    'INSERT INTO ddb_item (table_id, pk, sort, size, expires, item) VALUES (?, ?, ?, ?, ?, ?)',
  );
  const update = store.prepare('UPDATE ddb_item SET size = ?, expires = ?, item = ? WHERE id = ?');
  const remove = store.prepare('DELETE FROM ddb_item WHERE id = ?');
  const addToIndex = store.prepare('INSERT INTO ddb_index VALUES (?, ?, ?, ?, ?)');
  const dropFromIndex = store.prepare(
    'DELETE FROM ddb_index WHERE table_id = ? AND position = ? AND pk = ? AND sort = ?',
  );
  const inTable = 'WHERE i.table_id = ? AND i.pk = ? AND i.sort >= ? AND i.sort < ? ORDER BY i.sort';
  const inIndex = 'WHERE x.table_id = ? AND x.position = ? AND x.pk = ? AND x.sort >= ? AND x.sort < ? ORDER BY x.sort';
  const read = {
    table: {
      up: store.prepare(`SELECT ${ROW} FROM ddb_item i ${inTable} ASC`),
      down: store.prepare(`SELECT ${ROW} FROM ddb_item i ${inTable} DESC`),
      all: store.prepare(
        `SELECT ${ROW} FROM ddb_item i WHERE i.table_id = ? AND (i.pk, i.sort) > (?, ?) ORDER BY i.pk, i.sort`,
      ),
    },
    index: {
      up: store.prepare(`${INDEXED} ${inIndex} ASC`),
      down: store.prepare(`${INDEXED} ${inIndex} DESC`),
      all: store.prepare(
        `${INDEXED} WHERE x.table_id = ? AND x.position = ? AND (x.pk, x.sort) > (?, ?) ORDER BY x.pk, x.sort`,
      ),
    },
  };

  const writeItem = ({ table, key, before, next }: ItemChange, text: string | undefined): number => {
    if (!next || text === undefined) {
      remove.run(before?.id ?? 0);
      return 0;
    }
    const expires = expiryOf(table, next.item);
    if (!before) return Number(insert.run(table.id, key.pk, key.sort, next.size, expires, text).lastInsertRowid);
    update.run(next.size, expires, text, before.id);
    return before.id;
  };

  const writeIndexes = ({ table, before, next }: ItemChange, id: number): void => {
    for (const index of table.indexes) {
      const old = before && keyInIndex(table, index, before.item);
      const fresh = next && keyInIndex(table, index, next.item);
      if (old && fresh && old.pk.equals(fresh.pk) && old.sort.equals(fresh.sort)) continue;
      if (old) dropFromIndex.run(table.id, index.position, old.pk, old.sort);
      if (fresh) addToIndex.run(table.id, index.position, fresh.pk, fresh.sort, id);
    }
  };

  return {
    get(table, key) {
      const row = get.get(table.id, key.pk, key.sort) as { id: number; text: string } | undefined;
      return row && { id: row.id, text: row.text, item: JSON.parse(row.text) as Item };
    },
    apply(change, by) {
      const { table, before, next } = change;
      if (!before && !next) return;
      const text = next && JSON.stringify(next.item);
      const old = before?.item;
      // A write that changes nothing writes nothing, and the stream says nothing, as on AWS.
      if (old && next && (before.text === text || equalValues({ M: old }, { M: next.item }))) return;
      writeIndexes(change, writeItem(change, text));
      log.append(table, { before: old, beforeText: before?.text, after: next?.item, afterText: text, by });
    },
    partition(table, position, { pk, low, high, forward }) {
      const direction = forward ? 'up' : 'down';
      return position === undefined
        ? rows(read.table[direction].iterate(table.id, pk, low, high))
        : rows(read.index[direction].iterate(table.id, position, pk, low, high));
    },
    all(table, position, { pk, sort }) {
      return position === undefined
        ? rows(read.table.all.iterate(table.id, pk, sort))
        : rows(read.index.all.iterate(table.id, position, pk, sort));
    },
  };
}

/** The second from which an item counts as expired, if the table expires items and this one carries such a number. */
function expiryOf(table: Table, item: Item): number | null {
  const value: AttributeValue | undefined = table.ttlAttribute ? attribute(item, table.ttlAttribute) : undefined;
  const second = value && 'N' in value ? Math.trunc(Number(value.N)) : Number.NaN;
  return Number.isSafeInteger(second) ? second : null;
}

function rows(found: Iterable<unknown>): Iterable<ItemRow> {
  return found as Iterable<ItemRow>;
}
