import { randomUUID } from 'node:crypto';
import type { DatabaseSync } from 'node:sqlite';
import type { HostClock } from '../../clock.ts';
import { ServiceFault } from '../../gateway/wire.ts';
import { transaction } from '../../store.ts';
import { resourceNotFound } from './faults.ts';
import { type Table, tableFromRow, type TableRow } from './table.ts';
import type { TableDefinition } from './table-definition.ts';

/** The tables of the store, read once and kept: this process is the only one that changes them. */
export interface TableCatalog {
  /** @throws ServiceFault ResourceNotFoundException, with the table's name when `named` */
  get(name: string, named?: 'named'): Table;
  /** All names in byte order. */
  names(): readonly string[];
  /** @throws ServiceFault ResourceInUseException */
  create(definition: TableDefinition): Table;
  /** Removes the table with its items and index rows; its stream records are the log's to trim. */
  delete(table: Table): void;
  /** Sets or ends expiry by this attribute; the rows follow in the same transaction. */
  setTtl(table: Table, attribute: string | undefined): void;
}

export function openTableCatalog(store: DatabaseSync, clock: HostClock): TableCatalog {
  const rows = store.prepare('SELECT * FROM ddb_table').all() as unknown as TableRow[];
  const tables = new Map(rows.map((row) => [row.name, tableFromRow(row)]));
  const reload = (name: string): Table => {
    const row = store.prepare('SELECT * FROM ddb_table WHERE name = ?').get(name);
    const table = tableFromRow(row as unknown as TableRow);
    tables.set(name, table);
    return table;
  };

  return {
    get(name, named) {
      const table = tables.get(name);
      if (!table) throw resourceNotFound(named && `Table: ${name} not found`);
      return table;
    },
    names: () => [...tables.keys()].sort((left, right) => Buffer.compare(Buffer.from(left), Buffer.from(right))),
    create(definition) {
      const name = definition.TableName;
      if (tables.has(name)) throw new ServiceFault('ResourceInUseException', `Table already exists: ${name}`);
      const label = definition.StreamSpecification?.StreamEnabled
        ? new Date(clock.now()).toISOString().replace('Z', '')
        : null;
      store
        .prepare('INSERT INTO ddb_table (name, uuid, created_ms, definition, stream_label) VALUES (?, ?, ?, ?, ?)')
        .run(name, randomUUID(), clock.now(), JSON.stringify(definition), label);
      return reload(name);
    },
    delete(table) {
      transaction(store, () => {
        for (const owned of ['ddb_item', 'ddb_index']) {
          store.prepare(`DELETE FROM ${owned} WHERE table_id = ?`).run(table.id);
        }
        store.prepare('DELETE FROM ddb_table WHERE id = ?').run(table.id);
      });
      tables.delete(table.name);
    },
    setTtl(table, attribute) {
      transaction(store, () => {
        store.prepare('UPDATE ddb_table SET ttl_attribute = ? WHERE id = ?').run(attribute ?? null, table.id);
        store.prepare('UPDATE ddb_item SET expires = NULL WHERE table_id = ?').run(table.id);
        if (attribute === undefined) return;
        const path = `$.${JSON.stringify(attribute)}.N`;
        store
          .prepare(
            'UPDATE ddb_item SET expires = CAST(item ->> ? AS INTEGER) WHERE table_id = ? AND item ->> ? IS NOT NULL',
          )
          .run(path, table.id, path);
      });
      reload(table.name);
    },
  };
}
