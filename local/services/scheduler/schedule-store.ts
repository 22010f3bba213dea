import type { DatabaseSync } from 'node:sqlite';
import * as z from 'zod';
import { transaction } from '#local/store.ts';
import { Name, notFound } from './scheduler-input.ts';
import { isTimeZone } from './zoned-time.ts';

/** Seconds since the epoch on the wire. */
const Moment = z.number().transform((seconds) => Math.round(seconds * 1000));

const Target = z.strictObject({
  Arn: z
    .string()
    .regex(
      /^arn:aws:(lambda:[\w-]+:\d{12}:function:|states:[\w-]+:\d{12}:stateMachine:|sns:[\w-]+:\d{12}:)./,
      'the local endpoint fires functions, state machines and SNS topics',
    ),
  RoleArn: z.string().min(1),
  Input: z
    .string()
    .min(1)
    .max(262_144)
    .refine((input) => !input.includes('<aws.scheduler.attempt-number>'), {
      error: 'the local endpoint does not support <aws.scheduler.attempt-number>',
    })
    .optional(),
  RetryPolicy: z
    .strictObject({
      MaximumRetryAttempts: z.int().min(0).max(185).optional(),
      MaximumEventAgeInSeconds: z.int().min(60).max(86_400).optional(),
    })
    .optional(),
});

/** A schedule as CreateSchedule and UpdateSchedule give it. */
export const ScheduleSettings = z.strictObject({
  GroupName: Name.default('default'),
  ScheduleExpression: z.string().min(1).max(256),
  ScheduleExpressionTimezone: z.string().refine(isTimeZone, 'is no time zone').default('UTC'),
  StartDate: Moment.optional(),
  EndDate: Moment.optional(),
  State: z.enum(['ENABLED', 'DISABLED']).default('ENABLED'),
  Description: z.string().max(512).optional(),
  FlexibleTimeWindow: z.strictObject({
    Mode: z.literal('OFF', 'the local endpoint has no flexible time windows'),
  }),
  Target,
  ActionAfterCompletion: z.enum(['NONE', 'DELETE']).default('NONE'),
  ClientToken: z.string().max(64).optional(),
});
export type ScheduleSettings = z.output<typeof ScheduleSettings>;

export interface Schedule {
  readonly name: string;
  readonly settings: ScheduleSettings;
  readonly createdMs: number;
  /** Also where a rate without a StartDate begins. */
  readonly modifiedMs: number;
  /** Undefined when it fires no more, or not while it is disabled. */
  readonly nextMs: number | undefined;
}

export interface Group {
  readonly name: string;
  readonly createdMs: number;
}

export interface ScheduleStore {
  find(group: string, name: string): Schedule | undefined;
  /** @throws ServiceFault `ResourceNotFoundException` */
  require(group: string, name: string): Schedule;
  /** By group and name. */
  list(): readonly Schedule[];
  /** Those whose time has come, the earliest first. */
  due(nowMs: number): readonly Schedule[];
  earliest(): number | undefined;
  save(schedule: Schedule): void;
  remove(group: string, name: string): void;
  findGroup(name: string): Group | undefined;
  /** @throws ServiceFault `ResourceNotFoundException` */
  requireGroup(name: string): Group;
  groups(): readonly Group[];
  addGroup(group: Group): void;
  /** With its schedules. */
  removeGroup(name: string): void;
}

export function openScheduleStore(store: DatabaseSync): ScheduleStore {
  store.exec(`
    CREATE TABLE IF NOT EXISTS scheduler_groups (name TEXT PRIMARY KEY, created_ms INTEGER NOT NULL) STRICT;
    CREATE TABLE IF NOT EXISTS scheduler_schedules (
      group_name TEXT NOT NULL, name TEXT NOT NULL, next_ms INTEGER, schedule TEXT NOT NULL, PRIMARY KEY (group_name, name)
    ) STRICT;
    CREATE INDEX IF NOT EXISTS scheduler_schedules_by_time ON scheduler_schedules (next_ms);
    INSERT INTO scheduler_groups (name, created_ms) VALUES ('default', 0) ON CONFLICT DO NOTHING;
  `);
  const toSchedule = (row: Readonly<Record<string, unknown>>): Schedule =>
    JSON.parse(String(row['schedule'])) as Schedule;
  const toGroup = (row: Readonly<Record<string, unknown>>): Group => ({
    name: String(row['name']),
    createdMs: Number(row['created_ms']),
  });
  const select = store.prepare('SELECT schedule FROM scheduler_schedules WHERE group_name = ? AND name = ?');
  const find = (group: string, name: string): Schedule | undefined => {
    const row = select.get(group, name);
    return row && toSchedule(row);
  };
  const findGroup = (name: string): Group | undefined => {
    const row = store.prepare('SELECT * FROM scheduler_groups WHERE name = ?').get(name);
    return row && toGroup(row);
  };

  return {
    find,
    findGroup,
    require(group, name) {
      const schedule = find(group, name);
      if (!schedule) throw notFound(`Schedule ${name}`);
      return schedule;
    },
    list: () =>
      store.prepare('SELECT schedule FROM scheduler_schedules ORDER BY group_name, name').all().map(toSchedule),
    due: (nowMs) =>
      store
        .prepare('SELECT schedule FROM scheduler_schedules WHERE next_ms <= ? ORDER BY next_ms')
        .all(nowMs)
        .map(toSchedule),
    earliest() {
      const next = store.prepare('SELECT min(next_ms) AS next FROM scheduler_schedules').get()?.['next'];
      return typeof next === 'number' ? next : undefined;
    },
    save(schedule) {
      store
        .prepare('INSERT OR REPLACE INTO scheduler_schedules (group_name, name, next_ms, schedule) VALUES (?, ?, ?, ?)')
        .run(schedule.settings.GroupName, schedule.name, schedule.nextMs ?? null, JSON.stringify(schedule));
    },
    remove(group, name) {
      store.prepare('DELETE FROM scheduler_schedules WHERE group_name = ? AND name = ?').run(group, name);
    },
    requireGroup(name) {
      const group = findGroup(name);
      if (!group) throw notFound(`Schedule group ${name}`);
      return group;
    },
    groups: () => store.prepare('SELECT * FROM scheduler_groups ORDER BY name').all().map(toGroup),
    addGroup({ name, createdMs }) {
      store.prepare('INSERT INTO scheduler_groups (name, created_ms) VALUES (?, ?)').run(name, createdMs);
    },
    removeGroup(name) {
      transaction(store, () => {
        store.prepare('DELETE FROM scheduler_schedules WHERE group_name = ?').run(name);
        store.prepare('DELETE FROM scheduler_groups WHERE name = ?').run(name);
      });
    },
  };
}

export function scheduleArn({ name, settings }: Schedule): string {
  return `arn:aws:scheduler:eu-west-1:000000000000:schedule/${settings.GroupName}/${name}`;
}

export function groupArn(name: string): string {
  return `arn:aws:scheduler:eu-west-1:000000000000:schedule-group/${name}`;
}
