import type { DatabaseSync } from 'node:sqlite';

/** What a machine runs; a version keeps the one that was current when it was published. */
export interface MachineBody {
  readonly roleArn: string;
  /** JSON text. */
  readonly definition: string;
  /** `INITIAL` until the first update. */
  readonly revisionId: string;
  /** Milliseconds since the epoch. */
  readonly updatedAt: number;
}

export interface Machine extends MachineBody {
  readonly arn: string;
  readonly name: string;
  readonly status: 'ACTIVE' | 'DELETING';
  readonly createdAt: number;
  /** Numbers are never given twice. */
  readonly lastVersion: number;
}

export interface Version extends MachineBody {
  readonly arn: string;
  readonly machineArn: string;
  readonly number: number;
  readonly description?: string | undefined;
  readonly createdAt: number;
}

export interface Alias {
  readonly arn: string;
  readonly machineArn: string;
  readonly name: string;
  readonly description?: string | undefined;
  readonly routes: readonly { readonly stateMachineVersionArn: string; readonly weight: number }[];
  readonly createdAt: number;
  readonly updatedAt: number;
}

const TABLES = `
  CREATE TABLE IF NOT EXISTS sfn_machines (
    key INTEGER PRIMARY KEY AUTOINCREMENT, arn TEXT NOT NULL UNIQUE, body TEXT NOT NULL) STRICT;
  CREATE TABLE IF NOT EXISTS sfn_versions (
    machine TEXT NOT NULL, key INTEGER NOT NULL, arn TEXT NOT NULL UNIQUE, body TEXT NOT NULL,
    PRIMARY KEY (machine, key)) STRICT;
  CREATE TABLE IF NOT EXISTS sfn_aliases (machine TEXT NOT NULL, arn TEXT PRIMARY KEY, body TEXT NOT NULL) STRICT;
`;

/** State machines, their versions and aliases in the host's SQLite file. */
export type MachineStore = ReturnType<typeof openMachineStore>;

export function openMachineStore(store: DatabaseSync) {
  store.exec(TABLES);
  const sql = {
    putMachine: store.prepare(
      'INSERT INTO sfn_machines (arn, body) VALUES (?, ?) ON CONFLICT (arn) DO UPDATE SET body = excluded.body',
    ),
    machine: store.prepare('SELECT key, body FROM sfn_machines WHERE arn = ?'),
    machines: store.prepare('SELECT key, body FROM sfn_machines WHERE key > ? ORDER BY key LIMIT ?'),
    putVersion: store.prepare('INSERT INTO sfn_versions VALUES (?, ?, ?, ?)'),
    version: store.prepare('SELECT key, body FROM sfn_versions WHERE arn = ?'),
    versions: store.prepare(
      'SELECT key, body FROM sfn_versions WHERE machine = ? AND key < ? ORDER BY key DESC LIMIT ?',
    ),
    putAlias: store.prepare(
      'INSERT INTO sfn_aliases VALUES (?, ?, ?) ON CONFLICT (arn) DO UPDATE SET body = excluded.body',
    ),
    alias: store.prepare('SELECT body FROM sfn_aliases WHERE arn = ?'),
    remove: [
      store.prepare('DELETE FROM sfn_aliases WHERE machine = ?'),
      store.prepare('DELETE FROM sfn_versions WHERE machine = ?'),
      store.prepare('DELETE FROM sfn_machines WHERE arn = ?'),
    ],
  };
  type Row = Readonly<Record<string, unknown>>;
  const bodyOf = (row: Row): unknown => JSON.parse(String(row['body']));
  const keyOf = (row: Row): number => Number(row['key']);

  return {
    putMachine: (machine: Machine): void => void sql.putMachine.run(machine.arn, JSON.stringify(machine)),
    machine: (arn: string): Machine | undefined => sql.machine.all(arn).map((row) => bodyOf(row) as Machine)[0],
    /** In the order of their creation. */
    machines: (after: number, limit: number) =>
      sql.machines.all(after, limit).map((row) => ({ ...(bodyOf(row) as Machine), key: keyOf(row) })),
    putVersion: (version: Version): void =>
      void sql.putVersion.run(version.machineArn, version.number, version.arn, JSON.stringify(version)),
    version: (arn: string): Version | undefined => sql.version.all(arn).map((row) => bodyOf(row) as Version)[0],
    /** Newest first. */
    versions: (machineArn: string, before: number, limit: number) =>
      sql.versions.all(machineArn, before, limit).map((row) => ({ ...(bodyOf(row) as Version), key: keyOf(row) })),
    putAlias: (alias: Alias): void => void sql.putAlias.run(alias.machineArn, alias.arn, JSON.stringify(alias)),
    alias: (arn: string): Alias | undefined => sql.alias.all(arn).map((row) => bodyOf(row) as Alias)[0],
    /** With its versions and aliases; executions stay. */
    remove(machineArn: string): void {
      for (const statement of sql.remove) statement.run(machineArn);
    },
  };
}
