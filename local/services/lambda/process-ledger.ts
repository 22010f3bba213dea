import type { DatabaseSync } from 'node:sqlite';
import { processIdentity } from './process-identity.ts';

/** Which processes this host started, written down so that the next host can end those a SIGKILL left behind. */
export interface ProcessLedger {
  started(pid: number): void;
  ended(pid: number): void;
  /** Ends the process groups of an earlier host; one whose id was given to another process since is left alone. */
  endOrphans(): void;
}

/** @param table one for each service that starts processes */
export function openProcessLedger(store: DatabaseSync, table = 'lam_environments'): ProcessLedger {
  store.exec(`CREATE TABLE IF NOT EXISTS ${table} (pid INTEGER PRIMARY KEY, identity TEXT)`);
  const insert = store.prepare(`INSERT OR REPLACE INTO ${table} VALUES (?, ?)`);
  const remove = store.prepare(`DELETE FROM ${table} WHERE pid = ?`);
  const all = store.prepare(`SELECT pid, identity FROM ${table}`);
  const mine = new Set<number>();

  return {
    started(pid) {
      const identity = processIdentity(pid);
      if (identity === undefined) return;
      mine.add(pid);
      insert.run(pid, identity);
    },
    ended(pid) {
      mine.delete(pid);
      remove.run(pid);
    },
    endOrphans() {
      for (const { pid, identity } of all.all()) {
        if (mine.has(Number(pid))) continue;
        if (processIdentity(Number(pid)) === identity) killGroup(Number(pid));
        remove.run(Number(pid));
      }
    },
  };
}

/** Ends a process and all that it started, as far as that stayed in its group. */
export function killGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch (error) {
    // Already gone.
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
