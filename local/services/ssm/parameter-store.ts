import type { DatabaseSync } from 'node:sqlite';
import { ServiceFault } from '#local/gateway/wire.ts';
import type { Sealer } from '#local/sealer.ts';
import { transaction } from '#local/store.ts';
import { parameterNotFound, readReference } from './parameter-names.ts';

/** One version of a parameter, without its value. */
export interface Parameter {
  readonly name: string;
  readonly version: number;
  readonly type: 'String' | 'StringList' | 'SecureString';
  readonly tier: 'Standard' | 'Advanced';
  readonly description: string | undefined;
  readonly keyId: string | undefined;
  readonly allowedPattern: string | undefined;
  readonly modifiedMs: number;
}

export interface ParameterStore {
  /** The newest version. */
  newest(name: string): Parameter | undefined;
  /**
   * By name, ARN, and `:version` after either.
   *
   * @throws ServiceFault `ParameterNotFound`, `ParameterVersionNotFound`
   */
  require(reference: string): Parameter;
  /** The newest version of each, by name. */
  list(): readonly Parameter[];
  value(parameter: Parameter): string;
  ciphertext(parameter: Parameter): string;
  add(parameter: Parameter, value: string): void;
  /** Whether it was there. */
  remove(name: string): boolean;
}

const MOST_VERSIONS = 100;

export function openParameterStore(store: DatabaseSync, sealer: Sealer): ParameterStore {
  store.exec(`
    CREATE TABLE IF NOT EXISTS ssm_parameters (
      name TEXT NOT NULL, version INTEGER NOT NULL, parameter TEXT NOT NULL, sealed BLOB NOT NULL,
      PRIMARY KEY (name, version)
    ) STRICT;
  `);
  const selectNewest = store.prepare(
    'SELECT parameter FROM ssm_parameters WHERE name = ? ORDER BY version DESC LIMIT 1',
  );
  const selectVersion = store.prepare('SELECT parameter FROM ssm_parameters WHERE name = ? AND version = ?');
  const selectAll = store.prepare(
    'SELECT parameter FROM ssm_parameters AS one WHERE version = (SELECT max(version) FROM ssm_parameters WHERE name = one.name) ORDER BY name',
  );
  const selectSealed = store.prepare('SELECT sealed FROM ssm_parameters WHERE name = ? AND version = ?');
  const insert = store.prepare('INSERT INTO ssm_parameters (name, version, parameter, sealed) VALUES (?, ?, ?, ?)');
  const prune = store.prepare('DELETE FROM ssm_parameters WHERE name = ? AND version <= ?');
  const remove = store.prepare('DELETE FROM ssm_parameters WHERE name = ?');

  const newest = (name: string): Parameter | undefined => {
    const row = selectNewest.get(name);
    return row && toParameter(row);
  };
  const sealed = ({ name, version }: Parameter): Buffer => {
    const row = selectSealed.get(name, version);
    if (!row) throw new Error(`Version ${version} of ${name} is gone.`);
    return Buffer.from(row['sealed'] as Uint8Array);
  };

  return {
    newest,
    require(reference) {
      const { names, selector } = readReference(reference);
      const found = names.map(newest).find((each) => each !== undefined);
      if (!found) throw parameterNotFound(reference);
      if (selector === undefined) return found;
      const row = /^\d{1,9}$/.test(selector) ? selectVersion.get(found.name, Number(selector)) : undefined;
      if (row) return toParameter(row);
      throw new ServiceFault(
        'ParameterVersionNotFound',
        `Systems Manager could not find version ${selector} of ${found.name}. Verify the version and try again.`,
      );
    },
    list: () => selectAll.all().map(toParameter),
    value: (parameter) => sealer.open(sealed(parameter), placeOf(parameter)).toString('utf8'),
    ciphertext: (parameter) => sealed(parameter).toString('base64'),
    add(parameter, value) {
      transaction(store, () => {
        const { name, version } = parameter;
        insert.run(name, version, JSON.stringify(parameter), sealer.seal(Buffer.from(value), placeOf(parameter)));
        prune.run(name, version - MOST_VERSIONS);
      });
    },
    remove: (name) => remove.run(name).changes > 0,
  };
}

function toParameter(row: Readonly<Record<string, unknown>>): Parameter {
  return JSON.parse(String(row['parameter'])) as Parameter;
}

function placeOf({ name, version }: Parameter): string {
  return `ssm:${name}#${version}`;
}
