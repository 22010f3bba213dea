import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';

export interface SentMail {
  readonly id: string;
  readonly sentMs: number;
  readonly from: string;
  /** Everybody who would get it, those in `Bcc` too. */
  readonly recipients: readonly string[];
  readonly subject: string;
  /** In the mailbox. */
  readonly file: string;
}

export interface Mailbox {
  /** Keeps a mail: the file first, so that a row always has one. */
  keep(mail: Omit<SentMail, 'file'>, content: Uint8Array): SentMail;
  /** Oldest first. */
  list(): readonly SentMail[];
  countSince(sinceMs: number): number;
}

export function openMailbox(store: DatabaseSync, directory: string): Mailbox {
  store.exec(`
    CREATE TABLE IF NOT EXISTS ses_messages (
      id TEXT PRIMARY KEY, sent_ms INTEGER NOT NULL, sender TEXT NOT NULL, recipients TEXT NOT NULL, subject TEXT NOT NULL,
      file TEXT NOT NULL
    ) STRICT;
  `);
  return {
    keep(mail, content) {
      // In the order of time when listed by name, without what file systems dislike in names.
      const file = `${new Date(mail.sentMs).toISOString().replaceAll(':', '-')}-${mail.id}.eml`;
      mkdirSync(directory, { recursive: true });
      writeFileSync(join(directory, file), content, { flag: 'wx' });
      store
        .prepare('INSERT INTO ses_messages (id, sent_ms, sender, recipients, subject, file) VALUES (?, ?, ?, ?, ?, ?)')
        .run(mail.id, mail.sentMs, mail.from, JSON.stringify(mail.recipients), mail.subject, file);
      return { ...mail, file };
    },
    list: () =>
      store
        .prepare('SELECT * FROM ses_messages ORDER BY sent_ms, rowid')
        .all()
        .map((row) => ({
          id: String(row['id']),
          sentMs: Number(row['sent_ms']),
          from: String(row['sender']),
          recipients: JSON.parse(String(row['recipients'])) as string[],
          subject: String(row['subject']),
          file: String(row['file']),
        })),
    countSince: (sinceMs) =>
      Number(store.prepare('SELECT count(*) AS sent FROM ses_messages WHERE sent_ms >= ?').get(sinceMs)?.['sent']),
  };
}
