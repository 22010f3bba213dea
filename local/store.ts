import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

/**
 * Opens the SQLite file that holds all state of the local host; every service keeps tables of its own in it.
 * WAL with `synchronous = NORMAL` survives a SIGKILL of the process (not a loss of power) without losing a commit.
 *
 * @param path a file, or `:memory:` for tests
 */
export function openStore(path: string): DatabaseSync {
  if (path !== ':memory:') mkdirSync(dirname(path), { recursive: true });
  const store = new DatabaseSync(path);
  store.exec(
    'PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA busy_timeout = 5000; ' +
      // A transaction of the table touches a dozen pages: a larger cache and rarer checkpoints nearly double their rate.
      'PRAGMA cache_size = -64000; PRAGMA wal_autocheckpoint = 8000;',
  );
  return store;
}

/** Runs `work` in one transaction; nested calls join the outer one. */
export function transaction<T>(store: DatabaseSync, work: () => T): T {
  if (store.isTransaction) return work();
  store.exec('BEGIN IMMEDIATE');
  try {
    const result = work();
    store.exec('COMMIT');
    return result;
  } catch (error) {
    store.exec('ROLLBACK');
    throw error;
  }
}
