import { chmod } from 'node:fs/promises';
import { DatabaseSync } from 'node:sqlite';
import type { Pause } from '#client/pause.ts';
import { UsageError } from '../usage-error.ts';

const pollMs = 50;
/** Longer than a token endpoint may take to answer. */
const patienceMs = 45_000;

/**
 * Does something while no other process does it under the same lock. The lock is SQLite's on a file of its own, so the system
 * lets go of it however the process ends, and no lock is ever left behind by a dead one.
 *
 * @throws UsageError when another process does not let go
 */
export async function withFileLock<T>(file: string, pause: Pause, work: () => Promise<T>): Promise<T> {
  const lock = new DatabaseSync(file);
  try {
    await chmod(file, 0o600);
    lock.exec('PRAGMA busy_timeout = 0;');
    for (let waitedMs = 0; !taken(lock); waitedMs += pollMs) {
      if (waitedMs >= patienceMs) throw new UsageError(`Another dsctl holds ${file} and does not let go of it.`);
      await pause(pollMs);
    }
    return await work();
  } finally {
    lock.close();
  }
}

function taken(lock: DatabaseSync): boolean {
  try {
    lock.exec('BEGIN EXCLUSIVE');
    return true;
  } catch (error) {
    if (error instanceof Error && /database is locked/.test(error.message)) return false;
    throw error;
  }
}
