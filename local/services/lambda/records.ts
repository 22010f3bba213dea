import type { DatabaseSync } from 'node:sqlite';

/** `$LATEST` or a published version: what a function's code runs with. */
export interface FunctionVersion {
  readonly functionName: string;
  /** `$LATEST` or a number in decimal. */
  readonly version: string;
  readonly description: string;
  readonly runtime: string;
  readonly handler: string;
  readonly role: string;
  readonly timeoutSeconds: number;
  readonly memoryMegabytes: number;
  readonly architecture: 'arm64' | 'x86_64';
  readonly environment: Readonly<Record<string, string>>;
  readonly tags: Readonly<Record<string, string>>;
  /** SHA-256 of the zip, base64 as Lambda reports it. */
  readonly codeSha256: string;
  readonly codeBytes: number;
  readonly modifiedAtMs: number;
  readonly revisionId: string;
}

export interface Alias {
  readonly functionName: string;
  readonly name: string;
  readonly version: string;
  readonly description: string;
  /** Version to its share of requests, 0 to 1; the rest goes to `version`. At most one entry, as in Lambda. */
  readonly additionalWeights: Readonly<Record<string, number>>;
  readonly revisionId: string;
}

/** Everything that outlives the process. Reads answer whole records; writes replace them. */
export interface Records {
  functions(): FunctionVersion[];
  version(functionName: string, version: string): FunctionVersion | undefined;
  /** `$LATEST` first, then ascending. */
  versions(functionName: string): FunctionVersion[];
  saveVersion(version: FunctionVersion): void;
  removeVersion(functionName: string, version: string): void;
  /** Never gives a number twice, not even after the function was deleted and created again. */
  nextVersionNumber(functionName: string): string;
  alias(functionName: string, name: string): Alias | undefined;
  aliases(functionName?: string): Alias[];
  saveAlias(alias: Alias): void;
  removeAlias(functionName: string, name: string): void;
  removeFunction(functionName: string): void;
  isCodeUsed(codeSha256: string): boolean;
}

export const LATEST = '$LATEST';

export function openRecords(store: DatabaseSync): Records {
  store.exec(`
    CREATE TABLE IF NOT EXISTS lam_versions (
      function TEXT, number INTEGER, code TEXT, body TEXT, PRIMARY KEY (function, number)) WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS lam_aliases (
      function TEXT, name TEXT, body TEXT, PRIMARY KEY (function, name)) WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS lam_version_counters (function TEXT PRIMARY KEY, last INTEGER) WITHOUT ROWID;
  `);
  const sql = {
    functions: store.prepare('SELECT body FROM lam_versions WHERE number = 0 ORDER BY function'),
    version: store.prepare('SELECT body FROM lam_versions WHERE function = ? AND number = ?'),
    versions: store.prepare('SELECT body FROM lam_versions WHERE function = ? ORDER BY number'),
    saveVersion: store.prepare('INSERT OR REPLACE INTO lam_versions VALUES (?, ?, ?, ?)'),
    removeVersion: store.prepare('DELETE FROM lam_versions WHERE function = ? AND number = ?'),
    removeVersions: store.prepare('DELETE FROM lam_versions WHERE function = ?'),
    next: store.prepare(
      'INSERT INTO lam_version_counters VALUES (?, 1) ON CONFLICT DO UPDATE SET last = last + 1 RETURNING last',
    ),
    alias: store.prepare('SELECT body FROM lam_aliases WHERE function = ? AND name = ?'),
    aliases: store.prepare('SELECT body FROM lam_aliases WHERE function = ? ORDER BY name'),
    allAliases: store.prepare('SELECT body FROM lam_aliases ORDER BY function, name'),
    saveAlias: store.prepare('INSERT OR REPLACE INTO lam_aliases VALUES (?, ?, ?)'),
    removeAlias: store.prepare('DELETE FROM lam_aliases WHERE function = ? AND name = ?'),
    removeAliases: store.prepare('DELETE FROM lam_aliases WHERE function = ?'),
    code: store.prepare('SELECT 1 FROM lam_versions WHERE code = ? LIMIT 1'),
  };
  type Row = Record<string, unknown>;
  const parse = (row: Row): unknown => JSON.parse(String(row['body']));
  const versionIn = (row: Row | undefined) => (row ? (parse(row) as FunctionVersion) : undefined);
  const aliasIn = (row: Row | undefined) => (row ? (parse(row) as Alias) : undefined);
  const versionsIn = (rows: Row[]) => rows.map((row) => parse(row) as FunctionVersion);
  const aliasesIn = (rows: Row[]) => rows.map((row) => parse(row) as Alias);

  return {
    functions: () => versionsIn(sql.functions.all()),
    version: (functionName, version) => versionIn(sql.version.get(functionName, numberOf(version))),
    versions: (functionName) => versionsIn(sql.versions.all(functionName)),
    saveVersion: (version) =>
      void sql.saveVersion.run(
        version.functionName,
        numberOf(version.version),
        version.codeSha256,
        JSON.stringify(version),
      ),
    removeVersion: (functionName, version) => void sql.removeVersion.run(functionName, numberOf(version)),
    nextVersionNumber: (functionName) => String(sql.next.get(functionName)?.['last']),
    alias: (functionName, name) => aliasIn(sql.alias.get(functionName, name)),
    aliases: (functionName) =>
      aliasesIn(functionName === undefined ? sql.allAliases.all() : sql.aliases.all(functionName)),
    saveAlias: (alias) => void sql.saveAlias.run(alias.functionName, alias.name, JSON.stringify(alias)),
    removeAlias: (functionName, name) => void sql.removeAlias.run(functionName, name),
    removeFunction(functionName) {
      sql.removeAliases.run(functionName);
      sql.removeVersions.run(functionName);
    },
    isCodeUsed: (codeSha256) => sql.code.get(codeSha256) !== undefined,
  };
}

function numberOf(version: string): number {
  return version === LATEST ? 0 : Number(version);
}
