import type { DatabaseSync } from 'node:sqlite';

/** Tables of the local CodeBuild. `codebuild_group` holds the process groups that a killed host would leave behind. */
export function createCodeBuildTables(store: DatabaseSync): void {
  store.exec(`
    CREATE TABLE IF NOT EXISTS codebuild_project (
      name TEXT PRIMARY KEY, settings TEXT NOT NULL, created INTEGER NOT NULL, modified INTEGER NOT NULL,
      builds INTEGER NOT NULL DEFAULT 0
    ) STRICT;
    CREATE TABLE IF NOT EXISTS codebuild_build (
      seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, project TEXT NOT NULL, complete INTEGER NOT NULL,
      build TEXT NOT NULL, artifacts TEXT NOT NULL
    ) STRICT;
    CREATE INDEX IF NOT EXISTS codebuild_build_by_project ON codebuild_build (project, seq);
    CREATE INDEX IF NOT EXISTS codebuild_build_open ON codebuild_build (seq) WHERE complete = 0;
    CREATE TABLE IF NOT EXISTS codebuild_token (
      token TEXT PRIMARY KEY, request TEXT NOT NULL, build_id TEXT NOT NULL, expires INTEGER NOT NULL
    ) STRICT;
    CREATE TABLE IF NOT EXISTS codebuild_group (
      build_id TEXT NOT NULL, pgid INTEGER NOT NULL, leader_start TEXT NOT NULL, PRIMARY KEY (build_id, pgid)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS codebuild_fleet (name TEXT PRIMARY KEY, capacity INTEGER NOT NULL) STRICT;
    CREATE TABLE IF NOT EXISTS codebuild_announcement (
      seq INTEGER PRIMARY KEY AUTOINCREMENT, detail TEXT NOT NULL
    ) STRICT;
  `);
}
