import type { DatabaseSync } from 'node:sqlite';
import type { HostClock } from '#local/clock.ts';
import type { StatusChange } from './status-change.ts';

/** Something to be told outside because of a journal line: written with the line, deleted once told. */
export type Errand =
  | { readonly kind: 'status'; readonly change: StatusChange }
  | { readonly kind: 'stop'; readonly resource: string; readonly reference: string };

const RETRY_MS = 1000;

interface OutboxOptions {
  readonly store: DatabaseSync;
  readonly clock: HostClock;
  readonly deliver: (errand: Errand) => Promise<void>;
  /** Sees each delivery that is under way. */
  readonly track: (work: Promise<void>) => void;
}

export type Outbox = ReturnType<typeof openOutbox>;

/** Errands in the order in which they were written, each delivered at least once, whatever ends the process between. */
export function openOutbox({ store, clock, deliver, track }: OutboxOptions) {
  store.exec(
    'CREATE TABLE IF NOT EXISTS sfn_outbox (id INTEGER PRIMARY KEY AUTOINCREMENT, errand TEXT NOT NULL) STRICT',
  );
  const add = store.prepare('INSERT INTO sfn_outbox (errand) VALUES (?)');
  const first = store.prepare('SELECT id, errand FROM sfn_outbox ORDER BY id LIMIT 1');
  const remove = store.prepare('DELETE FROM sfn_outbox WHERE id = ?');
  let delivering = false;
  let closed = false;
  let cancelRetry = (): void => undefined;

  async function drain(): Promise<void> {
    try {
      for (let row = next(); row; row = next()) {
        await deliver(JSON.parse(String(row['errand'])) as Errand);
        if (!closed) remove.run(Number(row['id']));
      }
    } catch (error) {
      if (closed) return;
      console.error('local states: a delivery failed and is tried again:', error);
      cancelRetry = clock.after(RETRY_MS, flush);
    } finally {
      // In the same turn as the last look: an errand added later finds nobody delivering and starts anew.
      delivering = false;
    }
  }

  function next() {
    return closed ? undefined : first.get();
  }

  function flush(): void {
    if (delivering || closed) return;
    delivering = true;
    cancelRetry();
    track(drain());
  }

  return {
    /** Call inside the transaction that writes the reason. */
    add(errand: Errand): void {
      if (!closed) add.run(JSON.stringify(errand));
    },
    flush,
    close() {
      closed = true;
      cancelRetry();
    },
  };
}
