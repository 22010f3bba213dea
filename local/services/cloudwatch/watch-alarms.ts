import type { DatabaseSync } from 'node:sqlite';
import type { HostClock } from '#local/clock.ts';
import { transaction } from '#local/store.ts';
import { alarmChange, type AlarmChange } from './alarm-change.ts';
import { statisticIn, type Alarm, type AlarmState, type AlarmStore } from './alarm-store.ts';
import { evaluateAlarm, SPARE_PERIODS, type PeriodValue } from './evaluate-alarm.ts';
import type { MetricStore } from './metric-store.ts';
import { metricIn } from './read-metrics.ts';
import { bucketsOf, statisticOf } from './statistics.ts';

export interface AlarmWatch {
  /** Puts an alarm into a state; who wants to know is told in the same transaction. */
  setState(alarm: Alarm, state: Omit<AlarmState, 'sinceMs'>): void;
  /** To be called when there may be an alarm: sets the timer. */
  arm(): void;
  close(): void;
}

const MINUTE_MS = 60_000;
const SHORT_MS = 10_000;

/** Looks at every alarm at each full minute, or each ten seconds where an alarm has a shorter period. */
export function watchAlarms(options: {
  readonly store: DatabaseSync;
  readonly clock: HostClock;
  readonly alarms: AlarmStore;
  readonly metrics: MetricStore;
  /** Must persist what it is told before it returns. */
  readonly changed: (change: AlarmChange) => void;
}): AlarmWatch {
  const { store, clock, alarms, metrics, changed } = options;
  let cancel: (() => void) | undefined;
  let closed = false;

  const setState: AlarmWatch['setState'] = (alarm, state) => {
    const after: AlarmState = { ...state, sinceMs: clock.now() };
    transaction(store, () => {
      alarms.save({ ...alarm, state: after });
      if (after.value !== alarm.state.value) changed(alarmChange(alarm, alarm.state, after));
    });
  };
  const evaluate = (alarm: Alarm): void => {
    const periods = recentPeriods(alarm, metrics, clock.now());
    const verdict = evaluateAlarm(alarm.settings, periods);
    if (!verdict || verdict.state === alarm.state.value) return;
    setState(alarm, {
      value: verdict.state,
      reason: verdict.reason,
      reasonData: reasonData(alarm, periods, clock.now()),
    });
  };
  const arm = (): void => {
    const all = alarms.list();
    cancel?.();
    cancel = undefined;
    if (closed || all.length === 0) return;
    const everyMs = all.some(({ settings }) => settings.Period < 60) ? SHORT_MS : MINUTE_MS;
    const now = clock.now();
    cancel = clock.after((Math.floor(now / everyMs) + 1) * everyMs - now, tick);
  };
  const tick = (): void => {
    for (const alarm of alarms.list()) {
      try {
        evaluate(alarm);
      } catch (error) {
        // One alarm that cannot be evaluated must not silence the others.
        console.error(`local cloudwatch: alarm ${alarm.settings.AlarmName}:`, error);
      }
    }
    arm();
  };

  return {
    setState,
    arm,
    close() {
      closed = true;
      cancel?.();
    },
  };
}

/** The full periods before now, oldest first. */
function recentPeriods({ settings }: Alarm, metrics: MetricStore, nowMs: number): readonly PeriodValue[] {
  const periodMs = settings.Period * 1000;
  const endMs = Math.floor(nowMs / periodMs) * periodMs;
  const count = settings.EvaluationPeriods + SPARE_PERIODS;
  const points = metrics.points(metricIn(settings), endMs - count * periodMs, endMs, settings.Unit);
  const values = new Map(
    bucketsOf(points, settings.Period).map((bucket) => [
      bucket.startMs,
      statisticOf(bucket.points, statisticIn(settings)),
    ]),
  );
  return Array.from({ length: count }, (_, index) => {
    const startMs = endMs - (count - index) * periodMs;
    return { startMs, value: values.get(startMs) };
  });
}

function reasonData({ settings }: Alarm, periods: readonly PeriodValue[], nowMs: number): string {
  const known = periods.filter(({ value }) => value !== undefined).slice(-settings.EvaluationPeriods);
  const stamp = (milliseconds: number): string => new Date(milliseconds).toISOString().replace('Z', '+0000');
  return JSON.stringify({
    version: '1.0',
    queryDate: stamp(nowMs),
    ...(known[0] && { startDate: stamp(known[0].startMs) }),
    statistic: statisticIn(settings),
    period: settings.Period,
    recentDatapoints: known.map(({ value }) => value),
    threshold: settings.Threshold,
    evaluatedDatapoints: known.map(({ startMs, value }) => ({ timestamp: stamp(startMs), value })),
  });
}
