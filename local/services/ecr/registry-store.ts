import type { DatabaseSync } from 'node:sqlite';
import { ServiceFault } from '#local/gateway/wire.ts';
import { transaction } from '#local/store.ts';

export const REGISTRY_ID = '000000000000';
const REGION = 'eu-west-1';

/** The registry's name in the names of images: it stays, whatever port the host listens on. */
export const REGISTRY_HOST = `${REGISTRY_ID}.dkr.ecr.${REGION}.amazonaws.com`;

export interface Repository {
  readonly name: string;
  readonly createdMs: number;
  readonly mutability: 'MUTABLE' | 'IMMUTABLE';
  readonly scanOnPush: boolean;
  readonly lifecyclePolicy: string | undefined;
  readonly policy: string | undefined;
}

export interface StoredManifest {
  readonly repository: string;
  readonly digest: string;
  readonly mediaType: string;
  readonly bytes: Uint8Array;
  readonly pushedMs: number;
}

export type RegistryStore = ReturnType<typeof openRegistryStore>;

/** The registry's rows. The bytes of blobs lie beside, in files. */
export function openRegistryStore(store: DatabaseSync) {
  store.exec(`
    CREATE TABLE IF NOT EXISTS ecr_repositories (
      name TEXT PRIMARY KEY, created_ms INTEGER NOT NULL, mutability TEXT NOT NULL, scan_on_push INTEGER NOT NULL,
      lifecycle_policy TEXT, policy TEXT
    ) STRICT;
    CREATE TABLE IF NOT EXISTS ecr_blobs (
      repository TEXT NOT NULL, digest TEXT NOT NULL, size INTEGER NOT NULL, PRIMARY KEY (repository, digest)
    ) STRICT;
    CREATE TABLE IF NOT EXISTS ecr_manifests (
      repository TEXT NOT NULL, digest TEXT NOT NULL, media_type TEXT NOT NULL, bytes BLOB NOT NULL,
      pushed_ms INTEGER NOT NULL, PRIMARY KEY (repository, digest)
    ) STRICT;
    CREATE TABLE IF NOT EXISTS ecr_tags (
      repository TEXT NOT NULL, tag TEXT NOT NULL, digest TEXT NOT NULL, PRIMARY KEY (repository, tag)
    ) STRICT;
  `);
  const one = (sql: string, ...values: (string | number)[]) => store.prepare(sql).get(...values);
  const all = (sql: string, ...values: (string | number)[]) => store.prepare(sql).all(...values);
  const run = (sql: string, ...values: (string | number | Uint8Array | null)[]) => store.prepare(sql).run(...values);

  const find = (name: string): Repository | undefined => {
    const row = one('SELECT * FROM ecr_repositories WHERE name = ?', name);
    return row && repositoryOf(row);
  };

  return {
    find,
    /** @throws ServiceFault `RepositoryNotFoundException` */
    require: (name: string): Repository => find(name) ?? noRepository(name),
    list: (): readonly Repository[] => all('SELECT * FROM ecr_repositories ORDER BY name').map(repositoryOf),
    create(repository: Omit<Repository, 'lifecyclePolicy' | 'policy'>): void {
      const { name, createdMs, mutability, scanOnPush } = repository;
      const sql = 'INSERT INTO ecr_repositories (name, created_ms, mutability, scan_on_push) VALUES (?, ?, ?, ?)';
      run(sql, name, createdMs, mutability, scanOnPush ? 1 : 0);
    },
    setLifecyclePolicy: (name: string, text: string): void =>
      void run('UPDATE ecr_repositories SET lifecycle_policy = ? WHERE name = ?', text, name),
    setPolicy: (name: string, text: string): void =>
      void run('UPDATE ecr_repositories SET policy = ? WHERE name = ?', text, name),
    remove: (name: string): void =>
      transaction(store, () => {
        for (const table of ['ecr_tags', 'ecr_manifests', 'ecr_blobs']) {
          run(`DELETE FROM ${table} WHERE repository = ?`, name);
        }
        run('DELETE FROM ecr_repositories WHERE name = ?', name);
      }),

    /** Size of a blob that lies in the repository. */
    blobSize(repository: string, digest: string): number | undefined {
      const row = one('SELECT size FROM ecr_blobs WHERE repository = ? AND digest = ?', repository, digest);
      return row && Number(row['size']);
    },
    addBlob: (repository: string, digest: string, size: number): void =>
      void run('INSERT OR IGNORE INTO ecr_blobs (repository, digest, size) VALUES (?, ?, ?)', repository, digest, size),

    /** @param reference a tag or a digest */
    manifest(repository: string, reference: string): StoredManifest | undefined {
      const row = one(
        `SELECT * FROM ecr_manifests WHERE repository = ? AND digest = coalesce(
           (SELECT digest FROM ecr_tags WHERE repository = ? AND tag = ?), ?)`,
        repository,
        repository,
        reference,
        reference,
      );
      return row && manifestOf(row);
    },
    manifests: (repository: string): readonly StoredManifest[] =>
      all('SELECT * FROM ecr_manifests WHERE repository = ? ORDER BY pushed_ms, digest', repository).map(manifestOf),
    tagsOf: (repository: string, digest: string): readonly string[] =>
      all('SELECT tag FROM ecr_tags WHERE repository = ? AND digest = ? ORDER BY tag', repository, digest).map((row) =>
        String(row['tag']),
      ),
    tags: (repository: string): readonly string[] =>
      all('SELECT tag FROM ecr_tags WHERE repository = ? ORDER BY tag', repository).map((row) => String(row['tag'])),
    /** Stores the manifest, and lets the tag name it where one is given. */
    putManifest: (manifest: StoredManifest, tag?: string): void =>
      transaction(store, () => {
        const { repository, digest, mediaType, bytes, pushedMs } = manifest;
        run(
          'INSERT OR IGNORE INTO ecr_manifests (repository, digest, media_type, bytes, pushed_ms) VALUES (?, ?, ?, ?, ?)',
          repository,
          digest,
          mediaType,
          bytes,
          pushedMs,
        );
        if (tag === undefined) return;
        run('INSERT OR REPLACE INTO ecr_tags (repository, tag, digest) VALUES (?, ?, ?)', repository, tag, digest);
      }),
    removeTag: (repository: string, tag: string): void =>
      void run('DELETE FROM ecr_tags WHERE repository = ? AND tag = ?', repository, tag),
    removeManifest: (repository: string, digest: string): void =>
      transaction(store, () => {
        run('DELETE FROM ecr_tags WHERE repository = ? AND digest = ?', repository, digest);
        run('DELETE FROM ecr_manifests WHERE repository = ? AND digest = ?', repository, digest);
      }),
  };
}

export function noRepository(name: string): never {
  throw new ServiceFault(
    'RepositoryNotFoundException',
    `The repository with name '${name}' does not exist in the registry with id '${REGISTRY_ID}'`,
  );
}

export function repositoryArn(name: string): string {
  return `arn:aws:ecr:${REGION}:${REGISTRY_ID}:repository/${name}`;
}

type Row = Readonly<Record<string, unknown>>;

function repositoryOf(row: Row): Repository {
  return {
    name: row['name'] as string,
    createdMs: row['created_ms'] as number,
    mutability: row['mutability'] as Repository['mutability'],
    scanOnPush: row['scan_on_push'] === 1,
    lifecyclePolicy: (row['lifecycle_policy'] as string | null) ?? undefined,
    policy: (row['policy'] as string | null) ?? undefined,
  };
}

function manifestOf(row: Row): StoredManifest {
  return {
    repository: row['repository'] as string,
    digest: row['digest'] as string,
    mediaType: row['media_type'] as string,
    bytes: row['bytes'] as Uint8Array,
    pushedMs: row['pushed_ms'] as number,
  };
}
