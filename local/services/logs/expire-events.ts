import type { DatabaseSync } from 'node:sqlite';
import type { HostClock } from '#local/clock.ts';
import { transaction } from '#local/store.ts';

export interface EventExpiry {
  retentionChanged(): void;
  appended(): void;
  close(): void;
}

// Readers hide expired events to the millisecond; this only frees the space, so it need not follow closely.
const SHORTEST_WAIT_MS = 60_000;
const DUE = 'g.retention_days * 86400000 <= ?1';

/** Deletes events that outlived their group's retention. There is a timer only while there is an event that will expire. */
export function expireEvents(store: DatabaseSync, clock: HostClock): EventExpiry {
  let cancel: (() => void) | undefined;
  let closed = false;

  const earliest = store.prepare(
    `SELECT min((SELECT min(timestamp) FROM log_event WHERE group_id = g.id) + g.retention_days * 86400000) AS due
       FROM log_group g WHERE g.retention_days IS NOT NULL`,
  );
  const shrink = store.prepare(
    `UPDATE log_group AS g SET bytes = bytes - (
       SELECT ifnull(sum(length(CAST(message AS BLOB)) + 26), 0) FROM log_event WHERE group_id = g.id AND timestamp + ${DUE})
     WHERE g.retention_days IS NOT NULL`,
  );
  const remove = store.prepare(
    `DELETE FROM log_event WHERE seq IN (
       SELECT e.seq FROM log_group g JOIN log_event e ON e.group_id = g.id AND e.timestamp + ${DUE}
        WHERE g.retention_days IS NOT NULL)`,
  );

  const arm = (): void => {
    if (cancel || closed) return;
    const { due } = earliest.get() as { due: number | null };
    if (due === null) return;
    cancel = clock.after(Math.max(due - clock.now(), SHORTEST_WAIT_MS), () => {
      cancel = undefined;
      transaction(store, () => {
        shrink.run(clock.now());
        remove.run(clock.now());
      });
      arm();
    });
  };

  return {
    appended: arm,
    retentionChanged() {
      cancel?.();
      cancel = undefined;
      arm();
    },
    close() {
      closed = true;
      cancel?.();
    },
  };
}
