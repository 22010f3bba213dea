import type { DatabaseSync } from 'node:sqlite';

/**
 * Everything this service keeps. An index row holds only the number of the item: the item's bytes live once, so writing an attribute that
 * is no index key touches no index, and an index can never disagree with its table. Rows with large content are in rowid tables, whose
 * inner pages hold no content, and are appended: a commit then writes few pages, which is most of what it costs.
 */
export function openSchema(store: DatabaseSync): void {
  store.exec(`
    CREATE TABLE IF NOT EXISTS ddb_table (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      name TEXT NOT NULL UNIQUE,
      uuid TEXT NOT NULL,
      created_ms INTEGER NOT NULL,
      definition TEXT NOT NULL,
      stream_label TEXT,
      ttl_attribute TEXT
    );
    CREATE TABLE IF NOT EXISTS ddb_item (
      id INTEGER PRIMARY KEY,
      table_id INTEGER NOT NULL,
      pk BLOB NOT NULL,
      sort BLOB NOT NULL,
      size INTEGER NOT NULL,
      expires INTEGER,
      item TEXT NOT NULL,
      UNIQUE (table_id, pk, sort)
    );
    CREATE INDEX IF NOT EXISTS ddb_item_by_expiry ON ddb_item (expires) WHERE expires IS NOT NULL;
    CREATE TABLE IF NOT EXISTS ddb_index (
      table_id INTEGER NOT NULL,
      position INTEGER NOT NULL,
      pk BLOB NOT NULL,
      sort BLOB NOT NULL,
      item_id INTEGER NOT NULL,
      PRIMARY KEY (table_id, position, pk, sort)
    ) WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS ddb_stream (
      sequence INTEGER PRIMARY KEY,
      table_id INTEGER NOT NULL,
      at_ms INTEGER NOT NULL,
      name TEXT NOT NULL,
      by_ttl INTEGER NOT NULL,
      size INTEGER NOT NULL,
      keys TEXT NOT NULL,
      new_image TEXT,
      old_image TEXT
    );
    CREATE TABLE IF NOT EXISTS ddb_stream_floor (only INTEGER PRIMARY KEY CHECK (only = 1), sequence INTEGER NOT NULL);
    CREATE TABLE IF NOT EXISTS ddb_checkpoint (
      consumer TEXT NOT NULL,
      table_name TEXT NOT NULL,
      sequence INTEGER NOT NULL,
      PRIMARY KEY (consumer, table_name)
    ) WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS ddb_request_token (
      token TEXT PRIMARY KEY,
      digest TEXT NOT NULL,
      expires_ms INTEGER NOT NULL
    ) WITHOUT ROWID;
  `);
}
