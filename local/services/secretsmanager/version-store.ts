import type { DatabaseSync } from 'node:sqlite';
import type { Sealer } from '#local/sealer.ts';
import { transaction } from '#local/store.ts';

/** A value as a client gives and gets it. */
export interface SecretValue {
  readonly kind: 'string' | 'binary';
  readonly bytes: Uint8Array;
}

export interface Version {
  readonly id: string;
  readonly createdMs: number;
  readonly stages: readonly string[];
}

/** Values, sealed, and the stages that point at them. */
export interface VersionStore {
  list(arn: string): readonly Version[];
  find(arn: string, id: string): Version | undefined;
  withStage(arn: string, stage: string): Version | undefined;
  read(arn: string, id: string): SecretValue;
  /** Adds a version and moves stages to it. AWSCURRENT leaves AWSPREVIOUS on the version that it came from. */
  add(arn: string, version: Omit<Version, 'stages'>, value: SecretValue, stages: readonly string[]): void;
}

const CURRENT = 'AWSCURRENT';
const PREVIOUS = 'AWSPREVIOUS';
const MOST_VERSIONS = 100;

export function openVersionStore(store: DatabaseSync, sealer: Sealer): VersionStore {
  store.exec(`
    CREATE TABLE IF NOT EXISTS sm_versions (
      arn TEXT NOT NULL, id TEXT NOT NULL, kind TEXT NOT NULL, created_ms INTEGER NOT NULL, sealed BLOB NOT NULL,
      PRIMARY KEY (arn, id)
    ) STRICT;
    CREATE TABLE IF NOT EXISTS sm_stages (
      arn TEXT NOT NULL, stage TEXT NOT NULL, id TEXT NOT NULL, PRIMARY KEY (arn, stage)
    ) STRICT;
  `);
  const select = store.prepare('SELECT id, created_ms FROM sm_versions WHERE arn = ? ORDER BY created_ms, rowid');
  const selectStages = store.prepare('SELECT stage, id FROM sm_stages WHERE arn = ? ORDER BY stage');
  const selectValue = store.prepare('SELECT kind, sealed FROM sm_versions WHERE arn = ? AND id = ?');
  const insert = store.prepare('INSERT INTO sm_versions (arn, id, kind, created_ms, sealed) VALUES (?, ?, ?, ?, ?)');
  const setStage = store.prepare('INSERT OR REPLACE INTO sm_stages (arn, stage, id) VALUES (?, ?, ?)');
  const remove = store.prepare('DELETE FROM sm_versions WHERE arn = ? AND id = ?');

  const list = (arn: string): Version[] => {
    const stages = selectStages.all(arn);
    return select.all(arn).map((row) => ({
      id: String(row['id']),
      createdMs: Number(row['created_ms']),
      stages: stages.filter((each) => each['id'] === row['id']).map((each) => String(each['stage'])),
    }));
  };
  const withStage = (arn: string, stage: string): Version | undefined =>
    list(arn).find(({ stages }) => stages.includes(stage));
  const prune = (arn: string): void => {
    const versions = list(arn);
    const deprecated = versions.filter(({ stages }) => stages.length === 0);
    for (const { id } of deprecated.slice(0, Math.max(0, versions.length - MOST_VERSIONS))) remove.run(arn, id);
  };

  return {
    list,
    withStage,
    find: (arn, id) => list(arn).find((version) => version.id === id),
    read(arn, id) {
      const row = selectValue.get(arn, id);
      if (!row) throw new Error(`Version ${id} of ${arn} is gone.`);
      return {
        kind: row['kind'] as SecretValue['kind'],
        bytes: sealer.open(row['sealed'] as Uint8Array, placeOf(arn, id)),
      };
    },
    add(arn, { id, createdMs }, { kind, bytes }, stages) {
      transaction(store, () => {
        const before = stages.includes(CURRENT) ? withStage(arn, CURRENT) : undefined;
        insert.run(arn, id, kind, createdMs, sealer.seal(bytes, placeOf(arn, id)));
        if (before) setStage.run(arn, PREVIOUS, before.id);
        for (const stage of stages) setStage.run(arn, stage, id);
        prune(arn);
      });
    },
  };
}

function placeOf(arn: string, id: string): string {
  return `${arn}#${id}`;
}
