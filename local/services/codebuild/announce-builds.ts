import type { DatabaseSync } from 'node:sqlite';
import type { HostClock } from '#local/clock.ts';
import type { BuildRecord } from './build-record.ts';
import { buildStateChange, type BuildStateChange } from './state-change-detail.ts';

export interface BuildAnnouncer {
  /** Notes a state change; to be called in the transaction that makes it. */
  add(build: BuildRecord): void;
  /** Hands over what was noted and not yet taken. */
  deliver(): void;
  close(): void;
}

export type Announce = (detail: BuildStateChange) => void | Promise<void>;

const FIRST_RETRY_MS = 200;
const LONGEST_RETRY_MS = 30_000;

/**
 * Hands state changes to the event bus in order and at least once: a note is deleted after the bus took it, so a crash between the
 * two repeats it at the next boot.
 */
export function announceBuilds(options: {
  readonly store: DatabaseSync;
  readonly clock: HostClock;
  readonly announce: Announce | undefined;
}): BuildAnnouncer {
  const { store, clock, announce } = options;
  const note = store.prepare('INSERT INTO codebuild_announcement (detail) VALUES (?)');
  const first = store.prepare('SELECT seq, detail FROM codebuild_announcement ORDER BY seq LIMIT 1');
  const remove = store.prepare('DELETE FROM codebuild_announcement WHERE seq = ?');
  let busy = false;
  let closed = false;
  let cancelRetry: (() => void) | undefined;

  const next = (): { seq: number; detail: string } | undefined =>
    closed ? undefined : (first.get() as { seq: number; detail: string } | undefined);

  const pump = async (announce: Announce, failures: number): Promise<void> => {
    busy = true;
    for (let row = next(); row; row = next()) {
      try {
        await announce(JSON.parse(row.detail) as BuildStateChange);
      } catch (error) {
        console.error('local codebuild: a state change was not taken and will be told again:', error);
        const delay = Math.min(FIRST_RETRY_MS * 2 ** failures, LONGEST_RETRY_MS);
        if (!closed) cancelRetry = clock.after(delay, () => void pump(announce, failures + 1));
        return;
      }
      failures = 0;
      if (!closed) remove.run(row.seq);
    }
    busy = false;
  };

  return {
    add(build) {
      if (announce) note.run(JSON.stringify(buildStateChange({ build })));
    },
    deliver() {
      if (announce && !busy && !closed) void pump(announce, 0);
    },
    close() {
      closed = true;
      cancelRetry?.();
    },
  };
}
