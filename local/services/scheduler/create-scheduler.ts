import type { DatabaseSync } from 'node:sqlite';
import type { HostClock } from '#local/clock.ts';
import type { WireService } from '#local/gateway/wire.ts';
import { restService } from '#local/services/lambda/rest-service.ts';
import { fireSchedules, type ScheduledDelivery } from './fire-schedules.ts';
import { groupRoutes } from './group-routes.ts';
import { scheduleRoutes } from './schedule-routes.ts';
import { openScheduleStore } from './schedule-store.ts';

export interface Scheduler extends WireService {
  /** At boot: fires what fell due meanwhile, and goes on. */
  resume(): void;
  close(): void;
}

/** The local EventBridge Scheduler; see `behaviour.md`. */
export function createScheduler(options: {
  readonly store: DatabaseSync;
  readonly clock: HostClock;
  /** Takes a delivery inside the transaction that stores the schedule's next time; must persist it before it returns. */
  readonly send: (delivery: ScheduledDelivery) => void;
}): Scheduler {
  const schedules = openScheduleStore(options.store);
  const firing = fireSchedules({ ...options, schedules });
  const parts = { ...options, schedules, changed: () => firing.arm() };
  return {
    ...restService('scheduler', [...scheduleRoutes(parts), ...groupRoutes(parts)]),
    resume: () => firing.arm(),
    close: () => firing.close(),
  };
}
