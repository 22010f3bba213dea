import * as z from 'zod';
import type { HostClock } from '#local/clock.ts';
import type { Route } from '#local/services/lambda/rest-service.ts';
import { groupArn, type Group, type ScheduleStore } from './schedule-store.ts';
import { conflict, invalid, jsonBody, Name, parse } from './scheduler-input.ts';
import { pageOf } from './page-of.ts';

interface Parts {
  readonly clock: HostClock;
  readonly schedules: ScheduleStore;
  readonly changed: () => void;
}

export function groupRoutes({ clock, schedules, changed }: Parts): readonly Route[] {
  return [
    {
      on: 'POST /schedule-groups/*',
      answer({ names: [given], body }) {
        const name = parse(Name, given);
        parse(z.strictObject({ ClientToken: z.string().optional() }), jsonBody(body));
        if (schedules.findGroup(name)) throw conflict(`Schedule group ${name}`);
        schedules.addGroup({ name, createdMs: clock.now() });
        return { status: 200, body: { ScheduleGroupArn: groupArn(name) } };
      },
    },
    {
      on: 'GET /schedule-groups/*',
      answer: ({ names: [name = ''] }) => ({ status: 200, body: shown(schedules.requireGroup(name)) }),
    },
    {
      on: 'DELETE /schedule-groups/*',
      query: ['clientToken'],
      answer({ names: [name = ''] }) {
        if (name === 'default') throw invalid('The schedule group default cannot be deleted.');
        schedules.removeGroup(schedules.requireGroup(name).name);
        changed();
        return { status: 200, body: {} };
      },
    },
    {
      on: 'GET /schedule-groups',
      query: ['NamePrefix', 'MaxResults', 'NextToken'],
      answer({ query }) {
        const prefix = query.get('NamePrefix') ?? '';
        const found = schedules.groups().filter(({ name }) => name.startsWith(prefix));
        const { page, ...next } = pageOf(found, ({ name }) => name, query);
        return { status: 200, body: { ScheduleGroups: page.map(shown), ...next } };
      },
    },
  ];
}

function shown({ name, createdMs }: Group) {
  return {
    Arn: groupArn(name),
    Name: name,
    State: 'ACTIVE',
    CreationDate: createdMs / 1000,
    LastModificationDate: createdMs / 1000,
  };
}
