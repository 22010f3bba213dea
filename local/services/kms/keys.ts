import { createECDH, generateKeyPairSync, randomBytes, randomUUID } from 'node:crypto';
import type { DatabaseSync } from 'node:sqlite';
import { ServiceFault } from '#local/gateway/wire.ts';

const ACCOUNT = '000000000000';
const ARN_PREFIX = `arn:aws:kms:eu-west-1:${ACCOUNT}:`;

/** What a key of each spec can do; the only specs there are here. */
export const SPECS = {
  ECC_NIST_P256: { usage: 'SIGN_VERIFY', algorithm: 'ECDSA_SHA_256' },
  HMAC_256: { usage: 'GENERATE_VERIFY_MAC', algorithm: 'HMAC_SHA_256' },
} as const;

export type KeySpec = keyof typeof SPECS;

export interface Key {
  readonly id: string;
  readonly arn: string;
  readonly spec: KeySpec;
  readonly enabled: boolean;
  readonly description: string;
  readonly createdMs: number;
  /** The private scalar of an ECC key, or the secret of an HMAC key: 32 bytes each. */
  readonly secret: Uint8Array;
}

export interface Alias {
  readonly name: string;
  readonly arn: string;
  readonly keyId: string;
  readonly createdMs: number;
}

export interface KeyStore {
  create(spec: KeySpec, description: string, nowMs: number): Key;
  /** @throws ServiceFault `NotFoundException`; `reference` is a key id, a key ARN, an alias name or an alias ARN */
  find(reference: string): Key;
  list(): readonly Key[];
  setEnabled(id: string, enabled: boolean): void;
  /** @throws ServiceFault `AlreadyExistsException` */
  addAlias(name: string, keyId: string, nowMs: number): void;
  /** @throws ServiceFault `NotFoundException` */
  removeAlias(name: string): void;
  aliases(): readonly Alias[];
}

export function openKeyStore(store: DatabaseSync): KeyStore {
  store.exec(`
    CREATE TABLE IF NOT EXISTS kms_keys (
      id TEXT PRIMARY KEY, spec TEXT NOT NULL, enabled INTEGER NOT NULL, description TEXT NOT NULL,
      created_ms INTEGER NOT NULL, secret BLOB NOT NULL
    ) STRICT;
    CREATE TABLE IF NOT EXISTS kms_aliases (
      name TEXT PRIMARY KEY, key_id TEXT NOT NULL, created_ms INTEGER NOT NULL
    ) STRICT;
  `);

  const list = (): Key[] =>
    store
      .prepare('SELECT * FROM kms_keys ORDER BY created_ms, rowid')
      .all()
      .map((row) => ({
        id: String(row['id']),
        arn: `${ARN_PREFIX}key/${String(row['id'])}`,
        spec: row['spec'] as KeySpec,
        enabled: row['enabled'] === 1,
        description: String(row['description']),
        createdMs: Number(row['created_ms']),
        secret: row['secret'] as Uint8Array,
      }));
  const aliases = (): Alias[] =>
    store
      .prepare('SELECT * FROM kms_aliases ORDER BY name')
      .all()
      .map((row) => ({
        name: String(row['name']),
        arn: `${ARN_PREFIX}${String(row['name'])}`,
        keyId: String(row['key_id']),
        createdMs: Number(row['created_ms']),
      }));
  const find = (reference: string): Key => {
    const alias = aliases().find((each) => each.name === reference || each.arn === reference);
    const key = list().find((each) => each.id === (alias?.keyId ?? reference) || each.arn === reference);
    if (key) return key;
    const kind = /(^|:)alias\//.test(reference) ? 'Alias' : 'Key';
    const arn = reference.startsWith('arn:') ? reference : `${ARN_PREFIX}${kind === 'Key' ? 'key/' : ''}${reference}`;
    throw new ServiceFault('NotFoundException', `${kind} ${arn} is not found.`);
  };

  return {
    list,
    aliases,
    find,
    create(spec, description, nowMs) {
      const id = randomUUID();
      store
        .prepare('INSERT INTO kms_keys (id, spec, enabled, description, created_ms, secret) VALUES (?, ?, 1, ?, ?, ?)')
        .run(id, spec, description, nowMs, newSecret(spec));
      return find(id);
    },
    setEnabled(id, enabled) {
      store.prepare('UPDATE kms_keys SET enabled = ? WHERE id = ?').run(enabled ? 1 : 0, id);
    },
    addAlias(name, keyId, nowMs) {
      const added = store
        .prepare('INSERT INTO kms_aliases (name, key_id, created_ms) VALUES (?, ?, ?) ON CONFLICT DO NOTHING')
        .run(name, keyId, nowMs);
      if (added.changes === 0) {
        throw new ServiceFault('AlreadyExistsException', `An alias with the name ${ARN_PREFIX}${name} already exists`);
      }
    },
    removeAlias(name) {
      const removed = store.prepare('DELETE FROM kms_aliases WHERE name = ?').run(name);
      if (removed.changes === 0) {
        throw new ServiceFault('NotFoundException', `Alias ${ARN_PREFIX}${name} is not found.`);
      }
    },
  };
}

function newSecret(spec: KeySpec): Uint8Array {
  if (spec === 'HMAC_256') return randomBytes(32);
  const { d = '' } = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ format: 'jwk' });
  return Buffer.from(d, 'base64url');
}

/** The public half of an ECC key as DER-encoded SubjectPublicKeyInfo. */
export function publicKeyDer(secret: Uint8Array): Uint8Array {
  const curve = createECDH('prime256v1');
  curve.setPrivateKey(secret);
  // RFC 5480: SEQUENCE { SEQUENCE { id-ecPublicKey, prime256v1 }, BIT STRING } around the uncompressed point.
  return Buffer.concat([
    Buffer.from('3059301306072a8648ce3d020106082a8648ce3d030107034200', 'hex'),
    curve.getPublicKey(),
  ]);
}
