import type { DatabaseSync } from 'node:sqlite';

/**
 * What is known about buckets, versions and uploads. A version's body lies in files; `segments` names them in order.
 * The current version of a key is the one with the highest `seq`.
 */
export function createTables(store: DatabaseSync): void {
  store.exec(`
    CREATE TABLE IF NOT EXISTS s3_buckets (
      name TEXT PRIMARY KEY, created_ms INTEGER NOT NULL, versioning TEXT
    ) STRICT;
    CREATE TABLE IF NOT EXISTS s3_versions (
      seq INTEGER PRIMARY KEY, bucket TEXT NOT NULL, key TEXT NOT NULL, version_id TEXT NOT NULL,
      delete_marker INTEGER NOT NULL, modified_ms INTEGER NOT NULL, etag TEXT NOT NULL, size INTEGER NOT NULL,
      headers TEXT NOT NULL, checksum TEXT, segments TEXT NOT NULL,
      UNIQUE (bucket, key, version_id)
    ) STRICT;
    CREATE INDEX IF NOT EXISTS s3_versions_by_key ON s3_versions (bucket, key, seq);
    CREATE TABLE IF NOT EXISTS s3_uploads (
      id TEXT PRIMARY KEY, bucket TEXT NOT NULL, key TEXT NOT NULL, created_ms INTEGER NOT NULL,
      headers TEXT NOT NULL, algorithm TEXT, checksum_type TEXT
    ) STRICT;
    CREATE TABLE IF NOT EXISTS s3_parts (
      upload TEXT NOT NULL, number INTEGER NOT NULL, etag TEXT NOT NULL, size INTEGER NOT NULL,
      checksum TEXT, file TEXT NOT NULL,
      PRIMARY KEY (upload, number)
    ) STRICT, WITHOUT ROWID;
  `);
}
