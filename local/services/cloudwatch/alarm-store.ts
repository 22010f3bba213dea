import type { DatabaseSync } from 'node:sqlite';
import * as z from 'zod';
import {
  AnyStatistic,
  Dimensions,
  MetricName,
  Namespace,
  Percentile,
  Period,
  Statistic,
  Unit,
} from './metric-shapes.ts';

export const COMPARISONS = {
  GreaterThanOrEqualToThreshold: {
    breaches: (value: number, threshold: number) => value >= threshold,
    words: 'greater than or equal to',
  },
  GreaterThanThreshold: { breaches: (value: number, threshold: number) => value > threshold, words: 'greater than' },
  LessThanThreshold: { breaches: (value: number, threshold: number) => value < threshold, words: 'less than' },
  LessThanOrEqualToThreshold: {
    breaches: (value: number, threshold: number) => value <= threshold,
    words: 'less than or equal to',
  },
} as const;

const TopicArns = z
  .array(z.string().regex(/^arn:aws:sns:[\w-]+:\d{12}:[\w.-]+$/, 'the local endpoint takes SNS topics as actions only'))
  .max(5)
  .default([]);

export const AlarmName = z.string().min(1).max(255);

/** An alarm as PutMetricAlarm gives it. */
export const AlarmSettings = z.strictObject({
  AlarmName,
  AlarmDescription: z.string().max(1024).optional(),
  ActionsEnabled: z.boolean().default(true),
  OKActions: TopicArns,
  AlarmActions: TopicArns,
  InsufficientDataActions: TopicArns,
  Namespace,
  MetricName,
  Dimensions,
  Statistic: Statistic.optional(),
  ExtendedStatistic: Percentile.optional(),
  Period,
  Unit: Unit.optional(),
  EvaluationPeriods: z.int().min(1).max(1440),
  DatapointsToAlarm: z.int().min(1).optional(),
  Threshold: z.number(),
  ComparisonOperator: z.enum(
    ['GreaterThanOrEqualToThreshold', 'GreaterThanThreshold', 'LessThanThreshold', 'LessThanOrEqualToThreshold'],
    'the local endpoint compares with static thresholds only',
  ),
  TreatMissingData: z.enum(['breaching', 'notBreaching', 'ignore', 'missing']).optional(),
});
export type AlarmSettings = z.output<typeof AlarmSettings>;

export const StateValue = z.enum(['OK', 'ALARM', 'INSUFFICIENT_DATA']);
export type StateValue = z.output<typeof StateValue>;

export interface AlarmState {
  readonly value: StateValue;
  readonly reason: string;
  /** JSON. */
  readonly reasonData: string | undefined;
  readonly sinceMs: number;
}

export interface Alarm {
  readonly settings: AlarmSettings;
  readonly state: AlarmState;
  readonly configuredMs: number;
}

export interface AlarmStore {
  find(name: string): Alarm | undefined;
  /** By name. */
  list(): readonly Alarm[];
  save(alarm: Alarm): void;
  remove(name: string): void;
}

export function openAlarmStore(store: DatabaseSync): AlarmStore {
  store.exec('CREATE TABLE IF NOT EXISTS cw_alarms (name TEXT PRIMARY KEY, alarm TEXT NOT NULL) STRICT');
  const select = store.prepare('SELECT alarm FROM cw_alarms WHERE name = ?');
  const all = store.prepare('SELECT alarm FROM cw_alarms ORDER BY name');
  const put = store.prepare('INSERT OR REPLACE INTO cw_alarms (name, alarm) VALUES (?, ?)');
  const remove = store.prepare('DELETE FROM cw_alarms WHERE name = ?');
  const toAlarm = (row: Readonly<Record<string, unknown>>): Alarm => JSON.parse(String(row['alarm'])) as Alarm;
  return {
    find(name) {
      const row = select.get(name);
      return row && toAlarm(row);
    },
    list: () => all.all().map(toAlarm),
    save: (alarm) => void put.run(alarm.settings.AlarmName, JSON.stringify(alarm)),
    remove: (name) => void remove.run(name),
  };
}

export function alarmArn(name: string): string {
  return `arn:aws:cloudwatch:eu-west-1:000000000000:alarm:${name}`;
}

/** The statistic that an alarm looks at. */
export function statisticIn({ Statistic, ExtendedStatistic }: AlarmSettings): z.output<typeof AnyStatistic> {
  return Statistic ?? ExtendedStatistic ?? 'Average';
}
