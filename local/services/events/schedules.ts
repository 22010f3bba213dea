import type { DatabaseSync } from 'node:sqlite';
import type { HostClock } from '#local/clock.ts';
import { transaction } from '#local/store.ts';
import { envelope } from './event-envelope.ts';
import { ruleArn } from './names.ts';
import { rateMs } from './rate.ts';
import type { EventRouter } from './route-event.ts';
import type { Rulebook } from './rulebook.ts';

/** Rules that fire by themselves. Their next time is in the store, so that a restart does not start the period again. */
export interface Schedules {
  /** Sets the timer of one rule by what the store says now, or takes it away. */
  arm(bus: string, rule: string): void;
  resume(): void;
  close(): void;
}

interface Parts {
  readonly store: DatabaseSync;
  readonly clock: HostClock;
  readonly rules: Rulebook;
  readonly router: EventRouter;
  readonly accepted: (deliveries: readonly number[]) => void;
}

export function createSchedules({ store, clock, rules, router, accepted }: Parts): Schedules {
  const timers = new Map<string, () => void>();

  function arm(bus: string, name: string): void {
    const arn = ruleArn(bus, name);
    timers.get(arn)?.();
    timers.delete(arn);
    const rule = rules.find(bus, name);
    if (!rule?.enabled || rule.nextMs === undefined || rule.schedule === undefined) return;
    const { nextMs, schedule } = rule;
    timers.set(
      arn,
      clock.after(nextMs - clock.now(), () => fire(bus, name, nextMs, schedule)),
    );
  }

  function fire(bus: string, name: string, dueMs: number, schedule: string): void {
    const now = clock.now();
    const period = rateMs(schedule);
    // Times that passed while the host was down count as one.
    const nextMs = dueMs + period * (Math.floor((now - dueMs) / period) + 1);
    const event = envelope(
      { 'detail-type': 'Scheduled Event', source: 'aws.events', resources: [ruleArn(bus, name)], detail: {} },
      now,
    );
    const ready = rules.ready(bus).find((each) => each.rule.name === name);
    const deliveries = transaction(store, () => {
      store.prepare('UPDATE events_rules SET next_ms = ? WHERE bus = ? AND name = ?').run(nextMs, bus, name);
      return ready ? router.toRule(ready, event, now) : [];
    });
    accepted(deliveries);
    arm(bus, name);
  }

  return {
    arm,
    resume() {
      for (const row of store.prepare('SELECT bus, name FROM events_rules WHERE next_ms IS NOT NULL').all()) {
        arm(String(row['bus']), String(row['name']));
      }
    },
    close() {
      for (const cancel of timers.values()) cancel();
      timers.clear();
    },
  };
}
