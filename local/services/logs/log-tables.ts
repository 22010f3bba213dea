import type { DatabaseSync } from 'node:sqlite';

/**
 * Tables of the local CloudWatch Logs. Groups, streams and filters have numbers that are never given twice, so that a delivery
 * under way cannot write its cursor into a group that was deleted and made again under the same name.
 */
export function createLogTables(store: DatabaseSync): void {
  store.exec(`
    CREATE TABLE IF NOT EXISTS log_group (
      id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL UNIQUE, created INTEGER NOT NULL, retention_days INTEGER,
      bytes INTEGER NOT NULL DEFAULT 0
    ) STRICT;
    CREATE TABLE IF NOT EXISTS log_stream (
      id INTEGER PRIMARY KEY AUTOINCREMENT, group_id INTEGER NOT NULL REFERENCES log_group ON DELETE CASCADE,
      name TEXT NOT NULL, created INTEGER NOT NULL, ingested INTEGER, UNIQUE (group_id, name)
    ) STRICT;
    CREATE TABLE IF NOT EXISTS log_event (
      seq INTEGER PRIMARY KEY AUTOINCREMENT, group_id INTEGER NOT NULL REFERENCES log_group ON DELETE CASCADE,
      stream_id INTEGER NOT NULL REFERENCES log_stream ON DELETE CASCADE,
      timestamp INTEGER NOT NULL, ingested INTEGER NOT NULL, message TEXT NOT NULL
    ) STRICT;
    CREATE INDEX IF NOT EXISTS log_event_by_group ON log_event (group_id, timestamp, seq);
    CREATE INDEX IF NOT EXISTS log_event_by_stream ON log_event (stream_id, timestamp, seq);
    CREATE INDEX IF NOT EXISTS log_event_by_arrival ON log_event (stream_id, seq);
    CREATE TABLE IF NOT EXISTS log_filter (
      id INTEGER PRIMARY KEY AUTOINCREMENT, group_id INTEGER NOT NULL REFERENCES log_group ON DELETE CASCADE,
      name TEXT NOT NULL, pattern TEXT NOT NULL, destination TEXT NOT NULL, role TEXT, created INTEGER NOT NULL,
      from_seq INTEGER NOT NULL, UNIQUE (group_id, name)
    ) STRICT;
    CREATE TABLE IF NOT EXISTS log_cursor (
      filter_id INTEGER NOT NULL REFERENCES log_filter ON DELETE CASCADE,
      stream_id INTEGER NOT NULL REFERENCES log_stream ON DELETE CASCADE,
      seq INTEGER NOT NULL, PRIMARY KEY (filter_id, stream_id)
    ) STRICT, WITHOUT ROWID;
  `);
}
