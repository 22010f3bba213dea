import type { DatabaseSync } from 'node:sqlite';

/** Everything of EventBridge, with each delivery as a row from before PutEvents answers until its target took it. */
export function createTables(store: DatabaseSync): void {
  store.exec(`
    CREATE TABLE IF NOT EXISTS events_buses (
      name TEXT PRIMARY KEY, description TEXT, created_ms INTEGER NOT NULL
    ) STRICT;
    CREATE TABLE IF NOT EXISTS events_rules (
      bus TEXT NOT NULL, name TEXT NOT NULL, pattern TEXT, schedule TEXT, enabled INTEGER NOT NULL,
      description TEXT, role_arn TEXT, next_ms INTEGER,
      PRIMARY KEY (bus, name)
    ) STRICT;
    CREATE TABLE IF NOT EXISTS events_targets (
      bus TEXT NOT NULL, rule TEXT NOT NULL, id TEXT NOT NULL, target TEXT NOT NULL,
      PRIMARY KEY (bus, rule, id)
    ) STRICT;
    CREATE TABLE IF NOT EXISTS events_archives (
      name TEXT PRIMARY KEY, bus TEXT NOT NULL, pattern TEXT, description TEXT, retention_days INTEGER NOT NULL,
      created_ms INTEGER NOT NULL
    ) STRICT;
    CREATE TABLE IF NOT EXISTS events_archived (
      archive TEXT NOT NULL, seq INTEGER PRIMARY KEY, bus TEXT NOT NULL, accepted_ms INTEGER NOT NULL, event TEXT NOT NULL
    ) STRICT;
    CREATE INDEX IF NOT EXISTS events_archived_by_archive ON events_archived (archive, accepted_ms);
    CREATE TABLE IF NOT EXISTS events_deliveries (
      id INTEGER PRIMARY KEY AUTOINCREMENT, event_id TEXT NOT NULL, rule_arn TEXT NOT NULL, target_arn TEXT NOT NULL,
      payload TEXT NOT NULL, dead_letter_arn TEXT, max_retries INTEGER NOT NULL, max_age_ms INTEGER NOT NULL,
      accepted_ms INTEGER NOT NULL, retries INTEGER NOT NULL, next_ms INTEGER NOT NULL,
      dead_reason TEXT, error TEXT
    ) STRICT;
  `);
  store.prepare('INSERT INTO events_buses (name, created_ms) VALUES (?, 0) ON CONFLICT DO NOTHING').run('default');
}
