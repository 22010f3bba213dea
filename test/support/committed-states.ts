import { cpSync } from 'node:fs';
import { join } from 'node:path';
import type { DatabaseSync, StatementSync } from 'node:sqlite';

/** What a SIGKILL right after a commit would leave on the disk. */
export interface CommittedState {
  readonly store: string;
  readonly directory: string;
  readonly atMs: number;
}

interface Watch {
  /** The directory whose files belong to the store. */
  readonly directory: string;
  /** Where the copies go. */
  readonly folder: string;
  readonly now: () => number;
  /** Whether a copy is wanted of the state after this commit, counted from 0. */
  readonly wanted: (commit: number) => boolean;
}

/** The store, with a look at it after every commit that changed something, in a transaction or not. */
export function watchCommits(store: DatabaseSync, watch: Watch) {
  const states: CommittedState[] = [];
  const changes = store.prepare('SELECT total_changes() AS count');
  const countChanges = (): number => Number(changes.get()?.['count']);
  let commits = 0;
  let seen = countChanges();

  const look = (): void => {
    if (store.isTransaction || countChanges() === seen) return;
    seen = countChanges();
    const commit = commits++;
    if (!watch.wanted(commit)) return;
    const state = {
      store: join(watch.folder, `${commit}.sqlite`),
      directory: join(watch.folder, String(commit)),
      atMs: watch.now(),
    };
    store.exec(`VACUUM INTO '${state.store}'`);
    seen = countChanges();
    cpSync(watch.directory, state.directory, { recursive: true });
    states.push(state);
  };
  const after = <T>(result: T): T => {
    look();
    return result;
  };
  const watchedStatement = (statement: StatementSync): StatementSync =>
    through(statement, (name, call) => (['run', 'get', 'all'].includes(name) ? after(call()) : call()));

  return {
    states: states as readonly CommittedState[],
    store: through(store, (name, call) => {
      if (name === 'prepare') return watchedStatement(call() as StatementSync);
      return name === 'exec' ? after(call()) : call();
    }),
  };
}

/** An object of which every method call goes through `around`. */
function through<T extends object>(object: T, around: (name: string, call: () => unknown) => unknown): T {
  return new Proxy(object, {
    get(target, name: string) {
      const member: unknown = Reflect.get(target, name, target);
      if (typeof member !== 'function') return member;
      return (...args: unknown[]): unknown => around(name, () => Reflect.apply(member, target, args) as unknown);
    },
  });
}
