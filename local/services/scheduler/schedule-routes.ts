import type { DatabaseSync } from 'node:sqlite';
import type { HostClock } from '#local/clock.ts';
import type { Route } from '#local/services/lambda/rest-service.ts';
import { transaction } from '#local/store.ts';
import { nextOf } from './fire-schedules.ts';
import { pageOf } from './page-of.ts';
import { scheduleArn, ScheduleSettings, type Schedule, type ScheduleStore } from './schedule-store.ts';
import { conflict, invalid, jsonBody, Name, parse } from './scheduler-input.ts';

interface Parts {
  readonly store: DatabaseSync;
  readonly clock: HostClock;
  readonly schedules: ScheduleStore;
  readonly changed: () => void;
}

export function scheduleRoutes({ store, clock, schedules, changed }: Parts): readonly Route[] {
  const put = (name: string, settings: ScheduleSettings, createdMs: number): Schedule => {
    const now = clock.now();
    if ((settings.StartDate ?? -Infinity) > (settings.EndDate ?? Infinity)) {
      throw invalid('StartDate must not be after EndDate.');
    }
    checkInput(settings);
    const nextMs = nextOf({ settings, modifiedMs: now }, undefined);
    const schedule = { name, settings, createdMs, modifiedMs: now, nextMs };
    schedules.save(schedule);
    changed();
    return schedule;
  };

  return [
    {
      on: 'POST /schedules/*',
      answer({ names: [given], body }) {
        const name = parse(Name, given);
        const settings = parse(ScheduleSettings, jsonBody(body));
        return transaction(store, () => {
          schedules.requireGroup(settings.GroupName);
          const known = schedules.find(settings.GroupName, name);
          const repeated = known && known.settings.ClientToken === settings.ClientToken;
          if (known && !(repeated && settings.ClientToken !== undefined)) throw conflict(`Schedule ${name}`);
          return { status: 200, body: { ScheduleArn: scheduleArn(known ?? put(name, settings, clock.now())) } };
        });
      },
    },
    {
      on: 'PUT /schedules/*',
      answer({ names: [name = ''], body }) {
        const settings = parse(ScheduleSettings, jsonBody(body));
        return transaction(store, () => {
          const { createdMs } = schedules.require(settings.GroupName, name);
          return { status: 200, body: { ScheduleArn: scheduleArn(put(name, settings, createdMs)) } };
        });
      },
    },
    {
      on: 'GET /schedules/*',
      query: ['groupName'],
      answer: ({ names: [name = ''], query }) => ({
        status: 200,
        body: shown(schedules.require(query.get('groupName') ?? 'default', name)),
      }),
    },
    {
      on: 'DELETE /schedules/*',
      query: ['groupName', 'clientToken'],
      answer({ names: [name = ''], query }) {
        const { settings } = schedules.require(query.get('groupName') ?? 'default', name);
        schedules.remove(settings.GroupName, name);
        changed();
        return { status: 200, body: {} };
      },
    },
    {
      on: 'GET /schedules',
      query: ['ScheduleGroup', 'NamePrefix', 'State', 'MaxResults', 'NextToken'],
      answer({ query }) {
        const found = schedules.list().filter((schedule) => fits(schedule, query));
        // Between group and name stands what sorts below every character of a name, as the store sorts them.
        const { page, ...next } = pageOf(found, ({ name, settings }) => `${settings.GroupName} ${name}`, query);
        return { status: 200, body: { Schedules: page.map(listed), ...next } };
      },
    },
  ];
}

/** A machine's execution would fail at once, where nobody looks for the reason. */
function checkInput({ Target: { Arn, Input } }: ScheduleSettings): void {
  if (Input === undefined || !Arn.startsWith('arn:aws:states:')) return;
  try {
    JSON.parse(Input);
  } catch {
    throw invalid('Invalid Input: a state machine takes JSON.');
  }
}

function fits({ name, settings }: Schedule, query: URLSearchParams): boolean {
  return (
    (query.get('ScheduleGroup') ?? settings.GroupName) === settings.GroupName &&
    name.startsWith(query.get('NamePrefix') ?? '') &&
    (query.get('State') ?? settings.State) === settings.State
  );
}

function shown(schedule: Schedule) {
  const { StartDate, EndDate, ClientToken: _own, ...settings } = schedule.settings;
  return {
    ...settings,
    ...(StartDate !== undefined && { StartDate: StartDate / 1000 }),
    ...(EndDate !== undefined && { EndDate: EndDate / 1000 }),
    Arn: scheduleArn(schedule),
    Name: schedule.name,
    CreationDate: schedule.createdMs / 1000,
    LastModificationDate: schedule.modifiedMs / 1000,
  };
}

function listed(schedule: Schedule) {
  return {
    Arn: scheduleArn(schedule),
    Name: schedule.name,
    GroupName: schedule.settings.GroupName,
    State: schedule.settings.State,
    Target: { Arn: schedule.settings.Target.Arn },
    CreationDate: schedule.createdMs / 1000,
    LastModificationDate: schedule.modifiedMs / 1000,
  };
}
