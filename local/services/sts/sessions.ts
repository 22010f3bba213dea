import type { DatabaseSync } from 'node:sqlite';

/** The credentials that AssumeRole gave out, and whom they speak for. */
export interface Session {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
  readonly arn: string;
  readonly userId: string;
  readonly expiresMs: number;
}

export interface Sessions {
  add(session: Session, nowMs: number): void;
  find(accessKeyId: string): Session | undefined;
}

/** A day after they ran out, "expired" and "never heard of" need no longer be told apart. */
const KEEP_EXPIRED_MS = 24 * 60 * 60 * 1000;

export function openSessions(store: DatabaseSync): Sessions {
  store.exec(`
    CREATE TABLE IF NOT EXISTS sts_sessions (
      access_key_id TEXT PRIMARY KEY, expires_ms INTEGER NOT NULL, session TEXT NOT NULL
    ) STRICT;
  `);
  return {
    add(session, nowMs) {
      store.prepare('DELETE FROM sts_sessions WHERE expires_ms < ?').run(nowMs - KEEP_EXPIRED_MS);
      store
        .prepare('INSERT INTO sts_sessions (access_key_id, expires_ms, session) VALUES (?, ?, ?)')
        .run(session.accessKeyId, session.expiresMs, JSON.stringify(session));
    },
    find(accessKeyId) {
      const row = store.prepare('SELECT session FROM sts_sessions WHERE access_key_id = ?').get(accessKeyId);
      return row && (JSON.parse(String(row['session'])) as Session);
    },
  };
}
