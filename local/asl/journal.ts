import type { DatabaseSync } from 'node:sqlite';
import { createHash } from 'node:crypto';
import type { Entry, JournalRecord } from './entry.ts';
import type { ExecutionStatus } from './execution.ts';
import type { ExecutionRecord, NewExecution } from './execution-record.ts';

type Row = Readonly<Record<string, unknown>>;

const TABLES = `
  CREATE TABLE IF NOT EXISTS sfn_definitions (hash TEXT PRIMARY KEY, text TEXT NOT NULL) STRICT;
  CREATE TABLE IF NOT EXISTS sfn_executions (
    key INTEGER PRIMARY KEY AUTOINCREMENT, arn TEXT NOT NULL UNIQUE, machine_arn TEXT NOT NULL, version_arn TEXT,
    alias_arn TEXT, status TEXT NOT NULL, definition TEXT NOT NULL, details TEXT NOT NULL, ending TEXT) STRICT;
  CREATE INDEX IF NOT EXISTS sfn_executions_by_machine ON sfn_executions (machine_arn, key);
  CREATE INDEX IF NOT EXISTS sfn_executions_by_status ON sfn_executions (status, key);
  CREATE TABLE IF NOT EXISTS sfn_journal (
    execution INTEGER NOT NULL, seq INTEGER NOT NULL, id INTEGER, previous INTEGER NOT NULL, thread TEXT NOT NULL,
    at INTEGER NOT NULL, entry TEXT NOT NULL, PRIMARY KEY (execution, seq)) STRICT, WITHOUT ROWID;
`;

/** How an execution ended; `output` is JSON text. */
export interface Ending {
  readonly status: ExecutionStatus;
  readonly stoppedAt: number;
  readonly output?: string;
  readonly error?: string;
  readonly cause?: string;
}

export interface ExecutionFilter {
  /** ARN of a machine, a version or an alias. */
  readonly startedFrom: string;
  readonly status?: string;
  /** Only executions older than the one with this key. */
  readonly before?: number;
  readonly limit: number;
}

export interface HistoryPage {
  readonly order: 'oldest first' | 'newest first';
  /** Event ids after (or, newest first, before) this one. */
  readonly from?: number;
  readonly limit: number;
}

/** Executions and their journals in the host's SQLite file. */
export type Journal = ReturnType<typeof openJournal>;

export function openJournal(store: DatabaseSync) {
  store.exec(TABLES);
  const sql = {
    define: store.prepare('INSERT OR IGNORE INTO sfn_definitions VALUES (?, ?)'),
    add: store.prepare(
      `INSERT INTO sfn_executions (arn, machine_arn, version_arn, alias_arn, status, definition, details)
       VALUES (?, ?, ?, ?, 'RUNNING', ?, ?) RETURNING key`,
    ),
    append: store.prepare('INSERT INTO sfn_journal VALUES (?, ?, ?, ?, ?, ?, ?)'),
    end: store.prepare('UPDATE sfn_executions SET status = ?, ending = ? WHERE key = ?'),
    find: store.prepare(`${SELECT} WHERE arn = ?`),
    running: store.prepare(`${SELECT} WHERE status = 'RUNNING' ORDER BY key`),
    lines: store.prepare('SELECT * FROM sfn_journal WHERE execution = ? ORDER BY seq'),
    list: store.prepare(
      `${SELECT} WHERE (machine_arn = :arn OR version_arn = :arn OR alias_arn = :arn)
       AND (:status IS NULL OR status = :status) AND key < :before ORDER BY key DESC LIMIT :limit`,
    ),
    oldestFirst: store.prepare('SELECT * FROM sfn_journal WHERE execution = ? AND id > ? ORDER BY seq LIMIT ?'),
    newestFirst: store.prepare('SELECT * FROM sfn_journal WHERE execution = ? AND id < ? ORDER BY seq DESC LIMIT ?'),
  };

  return {
    /** Adds a running execution and returns its key. */
    add(execution: NewExecution): number {
      const { arn, machine, versionArn = null, aliasArn = null, definition, ...details } = execution;
      const hash = createHash('sha256').update(definition).digest('hex');
      sql.define.run(hash, definition);
      const row = sql.add.get(arn, machine.arn, versionArn, aliasArn, hash, JSON.stringify({ machine, ...details }));
      return Number(row?.['key']);
    },
    append(key: number, { seq, id, previousId, thread, at, entry }: JournalRecord): void {
      sql.append.run(key, seq, id ?? null, previousId, thread, at, JSON.stringify(entry));
    },
    end(key: number, { status, ...ending }: Ending): void {
      sql.end.run(status, JSON.stringify(ending), key);
    },
    find: (arn: string): ExecutionRecord | undefined => sql.find.all(arn).map(toExecution)[0],
    running: (): readonly ExecutionRecord[] => sql.running.all().map(toExecution),
    lines: (key: number): readonly JournalRecord[] => sql.lines.all(key).map(toLine),
    /** Newest first. */
    list: ({ startedFrom, status, before, limit }: ExecutionFilter): readonly ExecutionRecord[] =>
      sql.list
        .all({ arn: startedFrom, status: status ?? null, before: before ?? Number.MAX_SAFE_INTEGER, limit })
        .map(toExecution),
    /** The lines that the service shows as events. */
    events: (key: number, { order, from, limit }: HistoryPage): readonly JournalRecord[] =>
      (order === 'oldest first'
        ? sql.oldestFirst.all(key, from ?? 0, limit)
        : sql.newestFirst.all(key, from ?? Number.MAX_SAFE_INTEGER, limit)
      ).map(toLine),
  };
}

const SELECT = 'SELECT e.*, d.text FROM sfn_executions e JOIN sfn_definitions d ON d.hash = e.definition';

function toExecution(row: Row): ExecutionRecord {
  const details = JSON.parse(String(row['details'])) as Omit<NewExecution, 'arn' | 'definition'>;
  const ending = JSON.parse(text(row['ending']) ?? '{}') as Omit<Ending, 'status'>;
  const versionArn = text(row['version_arn']);
  const aliasArn = text(row['alias_arn']);
  return {
    ...details,
    ...(versionArn !== undefined && { versionArn }),
    ...(aliasArn !== undefined && { aliasArn }),
    ...ending,
    key: Number(row['key']),
    arn: String(row['arn']),
    definition: String(row['text']),
    status: String(row['status']) as ExecutionStatus,
  };
}

function toLine(row: Row): JournalRecord {
  return {
    seq: Number(row['seq']),
    ...(row['id'] !== null && { id: Number(row['id']) }),
    previousId: Number(row['previous']),
    thread: String(row['thread']),
    at: Number(row['at']),
    entry: JSON.parse(String(row['entry'])) as Entry,
  };
}

function text(column: unknown): string | undefined {
  return typeof column === 'string' ? column : undefined;
}
