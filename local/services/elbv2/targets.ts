import type { DatabaseSync } from 'node:sqlite';
import type { HostClock } from '#local/clock.ts';
import type { CheckTarget } from './check-target.ts';
import { createHealthWatch, type Health, type HealthWatch } from './health-watch.ts';
import type { HealthCheck, Records, TargetGroup } from './records.ts';

/** An address in a target group. */
export interface TargetPlace {
  readonly id: string;
  readonly port: number;
}

export interface Target extends TargetPlace {
  /** What its answers are counted under, such as a task definition. */
  readonly version?: string;
  readonly health: Health | { readonly state: 'draining' };
}

/** A target with one request of ours under way. */
export interface Lease extends TargetPlace {
  readonly version?: string;
  /** To be called once, when the request is over. */
  release(): void;
}

export interface Targets {
  register(group: string, targets: readonly (TargetPlace & { readonly version?: string })[]): void;
  /** From now on it gets no new request; it stays as `draining` until those under way are over or the delay is. */
  deregister(group: string, targets: readonly TargetPlace[]): void;
  /** Resolves when the balancer has nothing to do with the target any more. */
  drained(group: string, place: TargetPlace): Promise<void>;
  of(group: string): readonly Target[];
  /** A target that takes a request now, other than those that were tried; undefined when there is none. */
  take(group: string, tried: ReadonlySet<string>): Lease | undefined;
  /** Told after the health of a target in the group changed, or a target went. */
  onChange(listener: (group: string) => void): void;
  /** Told when a target is no longer used for anything. */
  onGone(listener: (place: TargetPlace) => void): void;
  /** Drops all targets of a group that is deleted. */
  forget(group: string): void;
  /** At boot: takes up the checks of what is registered. */
  resume(): void;
  close(): void;
}

interface Live extends TargetPlace {
  readonly version?: string;
  readonly watch: HealthWatch;
  draining: boolean;
  underWay: number;
  cancelDelay?: () => void;
  readonly gone: PromiseWithResolvers<void>;
}

export function createTargets(options: {
  readonly store: DatabaseSync;
  readonly clock: HostClock;
  readonly records: Records;
  readonly check: CheckTarget;
}): Targets {
  const { store, clock, records, check } = options;
  store.exec(`
    CREATE TABLE IF NOT EXISTS elb_target (
      target_group TEXT NOT NULL, id TEXT NOT NULL, port INTEGER NOT NULL, version TEXT,
      PRIMARY KEY (target_group, id, port)
    ) STRICT, WITHOUT ROWID;
  `);
  const insert = store.prepare('INSERT OR REPLACE INTO elb_target VALUES (?, ?, ?, ?)');
  const remove = store.prepare('DELETE FROM elb_target WHERE target_group = ? AND id = ? AND port = ?');
  const groups = new Map<string, Map<string, Live>>();
  const turns = new Map<string, number>();
  const changed: ((group: string) => void)[] = [];
  const gone: ((place: TargetPlace) => void)[] = [];
  let closed = false;

  const livesOf = (group: string): Map<string, Live> => {
    const known = groups.get(group) ?? new Map<string, Live>();
    groups.set(group, known);
    return known;
  };
  const tell = (group: string): void => {
    if (!closed) for (const listener of changed) listener(group);
  };
  const begin = (group: string, { id, port, version }: TargetPlace & { readonly version?: string }): void => {
    const lives = livesOf(group);
    const name = nameOf({ id, port });
    const present = lives.get(name);
    if (present && !present.draining) return;
    // Registered anew while it drained: it is the same place and takes requests again.
    if (present) end(group, present);
    const watch = createHealthWatch({
      clock,
      settings: () => settingsOf(records.find('target-group', group)),
      check: (settings) => check({ id, port }, settings),
      changed: () => tell(group),
    });
    lives.set(name, {
      id,
      port,
      ...(version !== undefined && { version }),
      watch,
      draining: false,
      underWay: 0,
      gone: Promise.withResolvers(),
    });
  };
  const end = (group: string, live: Live): void => {
    const lives = livesOf(group);
    if (lives.get(nameOf(live)) !== live) return;
    lives.delete(nameOf(live));
    live.watch.stop();
    live.cancelDelay?.();
    for (const listener of gone) listener(live);
    live.gone.resolve();
    tell(group);
  };
  const leaseOf = (group: string, live: Live): Lease => {
    live.underWay++;
    let held = true;
    return {
      id: live.id,
      port: live.port,
      ...(live.version !== undefined && { version: live.version }),
      release() {
        if (!held) return;
        held = false;
        live.underWay--;
        if (live.draining && live.underWay === 0) end(group, live);
      },
    };
  };

  return {
    register(group, targets) {
      for (const target of targets) {
        insert.run(group, target.id, target.port, target.version ?? null);
        begin(group, target);
      }
      tell(group);
    },
    deregister(group, targets) {
      const delay = delayOf(records.find('target-group', group));
      for (const place of targets) {
        remove.run(group, place.id, place.port);
        const live = livesOf(group).get(nameOf(place));
        if (!live || live.draining) continue;
        live.draining = true;
        live.watch.stop();
        if (live.underWay === 0) end(group, live);
        else live.cancelDelay = clock.after(delay * 1000, () => end(group, live));
      }
      tell(group);
    },
    async drained(group, place) {
      await livesOf(group).get(nameOf(place))?.gone.promise;
    },
    of: (group) =>
      [...livesOf(group).values()].map(({ id, port, version, draining, watch }) => ({
        id,
        port,
        ...(version !== undefined && { version }),
        health: draining ? { state: 'draining' } : watch.health(),
      })),
    take(group, tried) {
      const usable = [...livesOf(group).values()].filter((live) => !live.draining && !tried.has(nameOf(live)));
      const healthy = usable.filter(({ watch }) => watch.health().state === 'healthy');
      // As a load balancer does when every target is unhealthy: better a doubtful answer than none.
      const candidates =
        healthy.length > 0 ? healthy : usable.filter(({ watch }) => watch.health().state === 'unhealthy');
      const turn = (turns.get(group) ?? -1) + 1;
      turns.set(group, turn);
      const least = leastOutstanding(records.find('target-group', group));
      const chosen = least
        ? candidates.toSorted((a, b) => a.underWay - b.underWay)[0]
        : candidates[turn % candidates.length];
      return chosen && leaseOf(group, chosen);
    },
    onChange: (listener) => void changed.push(listener),
    onGone: (listener) => void gone.push(listener),
    forget(group) {
      for (const live of livesOf(group).values()) {
        remove.run(group, live.id, live.port);
        end(group, live);
      }
    },
    resume() {
      for (const row of store.prepare('SELECT * FROM elb_target').all()) {
        const version = row['version'];
        const place = { id: String(row['id']), port: Number(row['port']) };
        begin(String(row['target_group']), { ...place, ...(version !== null && { version: String(version) }) });
      }
    },
    close() {
      closed = true;
      for (const live of [...groups.values()].flatMap((lives) => [...lives.values()])) {
        live.watch.stop();
        live.cancelDelay?.();
      }
    },
  };
}

export function nameOf({ id, port }: TargetPlace): string {
  return `${id}:${port}`;
}

/** A group that was deleted meanwhile asks nobody any more, so any settings will do. */
function settingsOf(group: TargetGroup | undefined): HealthCheck | undefined {
  return group?.healthCheck;
}

function delayOf(group: TargetGroup | undefined): number {
  return Number(group?.attributes['deregistration_delay.timeout_seconds'] ?? 0);
}

function leastOutstanding(group: TargetGroup | undefined): boolean {
  return group?.attributes['load_balancing.algorithm.type'] === 'least_outstanding_requests';
}
