import { createHash, randomBytes } from 'node:crypto';
import type { DatabaseSync } from 'node:sqlite';
import type { HostClock } from '#local/clock.ts';

export type RegistryTokens = ReturnType<typeof openRegistryTokens>;

const LIFETIME_MS = 12 * 3_600_000;

/** Passwords of the user `AWS`, good for twelve hours. Only their hashes are kept. */
export function openRegistryTokens(store: DatabaseSync, clock: HostClock) {
  store.exec('CREATE TABLE IF NOT EXISTS ecr_tokens (hash TEXT PRIMARY KEY, expires_ms INTEGER NOT NULL) STRICT');
  const hashOf = (password: string): string => createHash('sha256').update(password).digest('hex');

  return {
    issue() {
      const password = randomBytes(32).toString('base64url');
      const expiresMs = clock.now() + LIFETIME_MS;
      store.prepare('DELETE FROM ecr_tokens WHERE expires_ms <= ?').run(clock.now());
      store.prepare('INSERT INTO ecr_tokens (hash, expires_ms) VALUES (?, ?)').run(hashOf(password), expiresMs);
      return { authorizationToken: Buffer.from(`AWS:${password}`).toString('base64'), expiresMs };
    },
    /** @param authorization the whole header */
    isGood(authorization: string | undefined): boolean {
      const encoded = /^Basic +([A-Za-z0-9+/=]+)$/i.exec(authorization ?? '')?.[1];
      if (encoded === undefined) return false;
      const [, user, password = ''] = /^([^:]*):(.*)$/s.exec(Buffer.from(encoded, 'base64').toString('utf8')) ?? [];
      if (user !== 'AWS') return false;
      const row = store.prepare('SELECT expires_ms FROM ecr_tokens WHERE hash = ?').get(hashOf(password));
      return row !== undefined && Number(row['expires_ms']) > clock.now();
    },
  };
}
