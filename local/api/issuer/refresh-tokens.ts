import { createHash, randomBytes, randomUUID } from 'node:crypto';
import type { DatabaseSync } from 'node:sqlite';
import * as z from 'zod';
import { transaction } from '../../store.ts';

const lifetimeMs = 30 * 24 * 3600 * 1000;

/** What a sign-in brought, handed from one refresh token to the next. */
export interface SignIn {
  readonly subject: string;
  readonly scope: string;
  /** One sign-in and all tokens that follow from it. */
  readonly family: string;
}

const row = z.object({
  family: z.string(),
  subject: z.string(),
  scope: z.string(),
  expires_at: z.int(),
  used: z.int(),
});

/**
 * Refresh tokens, each good for one use. One that comes a second time is in two hands, so the whole sign-in ends: that is
 * what a client without a secret has in place of one (RFC 9700, section 4.14). Only digests are stored.
 */
export function openRefreshTokens(store: DatabaseSync, nowMs: () => number) {
  store.exec(
    `CREATE TABLE IF NOT EXISTS issuer_refresh_tokens (
       digest TEXT PRIMARY KEY, family TEXT NOT NULL, subject TEXT NOT NULL, scope TEXT NOT NULL,
       expires_at INTEGER NOT NULL, used INTEGER NOT NULL DEFAULT 0
     ) STRICT`,
  );
  const insert = store.prepare(
    'INSERT INTO issuer_refresh_tokens (digest, family, subject, scope, expires_at) VALUES (?, ?, ?, ?, ?)',
  );
  const find = store.prepare('SELECT * FROM issuer_refresh_tokens WHERE digest = ?');
  const spend = store.prepare('UPDATE issuer_refresh_tokens SET used = 1 WHERE digest = ?');
  const drop = store.prepare('DELETE FROM issuer_refresh_tokens WHERE family = ?');
  const sweep = store.prepare('DELETE FROM issuer_refresh_tokens WHERE expires_at <= ?');

  const found = (token: string) => {
    const { data } = row.safeParse(find.get(digestOf(token)));
    return data && data.expires_at > nowMs() ? data : undefined;
  };
  return {
    newFamily: (): string => randomUUID(),
    issue({ subject, scope, family }: SignIn): string {
      const token = randomBytes(32).toString('base64url');
      sweep.run(nowMs());
      insert.run(digestOf(token), family, subject, scope, nowMs() + lifetimeMs);
      return token;
    },
    /** What the token stands for, once. */
    take(token: string): SignIn | undefined {
      return transaction(store, () => {
        const known = found(token);
        if (!known) return undefined;
        if (known.used === 1) {
          drop.run(known.family);
          return undefined;
        }
        spend.run(digestOf(token));
        return { subject: known.subject, scope: known.scope, family: known.family };
      });
    },
    /** Ends the sign-in that a token belongs to. */
    revoke(token: string): void {
      const known = found(token);
      if (known) drop.run(known.family);
    },
    revokeFamily: (family: string): void => void drop.run(family),
  };
}

export type RefreshTokens = ReturnType<typeof openRefreshTokens>;

function digestOf(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}
