import { randomUUID } from 'node:crypto';
import type { DatabaseSync } from 'node:sqlite';
import type { HostClock } from '#local/clock.ts';
import { transaction } from '#local/store.ts';
import { compileTimes } from './next-time.ts';
import { scheduleArn, type Schedule, type ScheduleStore } from './schedule-store.ts';

/** What goes to a target; whoever takes it persists it, retries it and keeps it when nothing helps. */
export interface ScheduledDelivery {
  readonly id: string;
  readonly sourceArn: string;
  readonly targetArn: string;
  readonly payload: unknown;
  readonly maxRetries: number | undefined;
  readonly maxAgeSeconds: number | undefined;
}

export interface Firing {
  /** Sets the timer by what the store says now. */
  arm(): void;
  close(): void;
}

export function fireSchedules(options: {
  readonly store: DatabaseSync;
  readonly clock: HostClock;
  readonly schedules: ScheduleStore;
  readonly send: (delivery: ScheduledDelivery) => void;
}): Firing {
  const { store, clock, schedules, send } = options;
  let cancel: (() => void) | undefined;
  let closed = false;

  const fire = (schedule: Schedule): void =>
    transaction(store, () => {
      const { settings } = schedule;
      send(deliveryOf(schedule));
      // From now on, not from the time that was due: what passed while the host was down counts as one.
      const nextMs = nextOf(schedule, clock.now());
      if (nextMs === undefined && settings.ActionAfterCompletion === 'DELETE') {
        schedules.remove(settings.GroupName, schedule.name);
      } else schedules.save({ ...schedule, nextMs });
    });
  const arm = (): void => {
    cancel?.();
    cancel = undefined;
    const earliest = closed ? undefined : schedules.earliest();
    if (earliest === undefined) return;
    cancel = clock.after(earliest - clock.now(), () => {
      for (const schedule of schedules.due(clock.now())) fire(schedule);
      arm();
    });
  };

  return {
    arm,
    close() {
      closed = true;
      cancel?.();
    },
  };
}

/**
 * When a schedule fires next.
 *
 * @param afterMs the time that it fired last; undefined for one that has just been made or changed
 * @throws ServiceFault `ValidationException` for an expression that means nothing
 */
export function nextOf(
  { settings, modifiedMs }: Pick<Schedule, 'settings' | 'modifiedMs'>,
  afterMs: number | undefined,
): number | undefined {
  const anchorMs = settings.StartDate ?? modifiedMs;
  const times = compileTimes(settings.ScheduleExpression, settings.ScheduleExpressionTimezone, anchorMs);
  if (settings.State === 'DISABLED') return undefined;
  const nextMs = afterMs === undefined ? times.first(modifiedMs) : times.after(afterMs);
  return nextMs !== undefined && nextMs <= (settings.EndDate ?? Infinity) ? nextMs : undefined;
}

function deliveryOf(schedule: Schedule): ScheduledDelivery {
  const { Target: target } = schedule.settings;
  const id = randomUUID();
  const time = new Date(schedule.nextMs ?? 0).toISOString().replace('.000Z', 'Z');
  const sourceArn = scheduleArn(schedule);
  const variables = {
    '<aws.scheduler.schedule-arn>': sourceArn,
    '<aws.scheduler.scheduled-time>': time,
    '<aws.scheduler.execution-id>': id,
  };
  const input =
    target.Input === undefined
      ? undefined
      : Object.entries(variables).reduce((text, [name, value]) => text.replaceAll(name, value), target.Input);
  return {
    id,
    sourceArn,
    targetArn: target.Arn,
    payload: input === undefined ? scheduledEvent(id, sourceArn, time) : parsed(input),
    maxRetries: target.RetryPolicy?.MaximumRetryAttempts,
    maxAgeSeconds: target.RetryPolicy?.MaximumEventAgeInSeconds,
  };
}

/** What a target without an input of its own gets. */
function scheduledEvent(id: string, sourceArn: string, time: string) {
  return {
    version: '0',
    id,
    'detail-type': 'Scheduled Event',
    source: 'aws.scheduler',
    account: '000000000000',
    time,
    region: 'eu-west-1',
    resources: [sourceArn],
    detail: '{}',
  };
}

/** Text that is no JSON is a JSON text to its target. */
function parsed(input: string): unknown {
  try {
    return JSON.parse(input);
  } catch {
    return input;
  }
}
