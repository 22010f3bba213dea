import type { DatabaseSync } from 'node:sqlite';
import { transaction } from '#local/store.ts';
import { nameInReference, newSecretArn, secretNotFound } from './secret-names.ts';

export interface Tag {
  readonly Key: string;
  readonly Value: string;
}

export interface Secret {
  readonly arn: string;
  readonly name: string;
  readonly description: string | undefined;
  readonly kmsKeyId: string | undefined;
  readonly tags: readonly Tag[];
  readonly createdMs: number;
  readonly changedMs: number;
  readonly accessedMs: number | undefined;
  /** When it goes for good. */
  readonly deletionMs: number | undefined;
  /** When DeleteSecret was called. */
  readonly deletedMs: number | undefined;
}

export type SecretChange = Partial<Omit<Secret, 'arn' | 'name' | 'createdMs'>>;

/** The secrets without their values. */
export interface SecretStore {
  /** By name, ARN or ARN without suffix. */
  find(reference: string): Secret | undefined;
  /** @throws ServiceFault `ResourceNotFoundException` */
  require(reference: string): Secret;
  list(): readonly Secret[];
  create(content: Pick<Secret, 'name' | 'description' | 'kmsKeyId' | 'tags'>, nowMs: number): Secret;
  /** Members that are absent stay; `undefined` takes a date away. */
  change(secret: Secret, change: SecretChange): Secret;
  remove(arn: string): void;
  /** Removes those whose recovery window is over. */
  sweep(nowMs: number): void;
}

export function openSecretStore(store: DatabaseSync): SecretStore {
  store.exec(`
    CREATE TABLE IF NOT EXISTS sm_secrets (
      arn TEXT PRIMARY KEY, name TEXT NOT NULL UNIQUE, deletion_ms INTEGER, secret TEXT NOT NULL
    ) STRICT;
  `);
  const all = store.prepare('SELECT secret FROM sm_secrets ORDER BY name');
  const byName = store.prepare('SELECT secret FROM sm_secrets WHERE name = ?');
  const byArn = store.prepare('SELECT secret FROM sm_secrets WHERE arn = ?');
  const put = store.prepare('INSERT OR REPLACE INTO sm_secrets (arn, name, deletion_ms, secret) VALUES (?, ?, ?, ?)');
  const due = store.prepare('SELECT arn FROM sm_secrets WHERE deletion_ms <= ?');

  const save = (secret: Secret): Secret => {
    put.run(secret.arn, secret.name, secret.deletionMs ?? null, JSON.stringify(secret));
    return secret;
  };
  const find = (reference: string): Secret | undefined => {
    const row = byArn.get(reference) ?? byName.get(nameInReference(reference));
    return row && toSecret(row);
  };
  const remove = (arn: string): void =>
    transaction(store, () => {
      for (const table of ['sm_stages', 'sm_versions', 'sm_secrets']) {
        store.prepare(`DELETE FROM ${table} WHERE arn = ?`).run(arn);
      }
    });

  return {
    find,
    require(reference) {
      const secret = find(reference);
      if (!secret) throw secretNotFound();
      return secret;
    },
    list: () => all.all().map(toSecret),
    create: (content, nowMs) =>
      save({
        ...content,
        arn: newSecretArn(content.name),
        createdMs: nowMs,
        changedMs: nowMs,
        accessedMs: undefined,
        deletionMs: undefined,
        deletedMs: undefined,
      }),
    change: (secret, change) => save({ ...secret, ...change }),
    remove,
    sweep(nowMs) {
      for (const row of due.all(nowMs)) remove(String(row['arn']));
    },
  };
}

function toSecret(row: Readonly<Record<string, unknown>>): Secret {
  return JSON.parse(String(row['secret'])) as Secret;
}
