import type { DatabaseSync } from 'node:sqlite';
import * as z from 'zod';
import type { HostClock } from '#local/clock.ts';
import type { Operation } from '#local/gateway/json-service.ts';
import { parseInput } from '#local/gateway/parse-input.ts';
import { ServiceFault } from '#local/gateway/wire.ts';
import { busArn, BusReference, invalid, Limit, Name, NextToken, notFound, pageOf } from './names.ts';

interface Bus {
  readonly name: string;
  readonly description: string | undefined;
  readonly createdMs: number;
}

/** @throws ServiceFault `ResourceNotFoundException` */
export function requireBus(store: DatabaseSync, name: string): Bus {
  const row = store.prepare('SELECT * FROM events_buses WHERE name = ?').get(name);
  if (!row) throw notFound(`Event bus ${name} does not exist.`);
  return toBus(row);
}

export function busOperations(store: DatabaseSync, clock: HostClock): Readonly<Record<string, Operation>> {
  return {
    CreateEventBus(input) {
      const { Name: name, Description } = parseInput(
        z.strictObject({ Name, Description: z.string().max(512).optional() }),
        input,
      );
      const created = store
        .prepare('INSERT INTO events_buses (name, description, created_ms) VALUES (?, ?, ?) ON CONFLICT DO NOTHING')
        .run(name, Description ?? null, clock.now());
      if (created.changes === 0) {
        throw new ServiceFault('ResourceAlreadyExistsException', `Event bus ${name} already exists.`);
      }
      return { EventBusArn: busArn(name), Description };
    },
    DescribeEventBus: (input) =>
      shown(requireBus(store, parseInput(z.strictObject({ Name: BusReference }), input).Name)),
    ListEventBuses(input) {
      const { NamePrefix, ...paging } = parseInput(
        z.strictObject({ NamePrefix: z.string().default(''), Limit, NextToken }),
        input,
      );
      const buses = store.prepare('SELECT * FROM events_buses ORDER BY name').all().map(toBus);
      const { page, ...next } = pageOf(
        buses.filter((bus) => bus.name.startsWith(NamePrefix)),
        (bus) => bus.name,
        paging,
      );
      return { EventBuses: page.map(shown), ...next };
    },
    DeleteEventBus(input) {
      const { Name: name } = parseInput(z.strictObject({ Name }), input);
      if (name === 'default') throw invalid('Cannot delete event bus default.');
      if (store.prepare('SELECT 1 FROM events_rules WHERE bus = ?').get(name)) {
        throw invalid(`Event bus ${name} cannot be deleted since it has rules.`);
      }
      if (store.prepare('SELECT 1 FROM events_archives WHERE bus = ?').get(name)) {
        throw invalid(`Event bus ${name} cannot be deleted since it has archives.`);
      }
      store.prepare('DELETE FROM events_buses WHERE name = ?').run(name);
    },
  };
}

function toBus(row: Readonly<Record<string, unknown>>): Bus {
  return {
    name: String(row['name']),
    description: typeof row['description'] === 'string' ? row['description'] : undefined,
    createdMs: Number(row['created_ms']),
  };
}

function shown({ name, description, createdMs }: Bus) {
  return {
    Name: name,
    Arn: busArn(name),
    Description: description,
    CreationTime: createdMs / 1000,
    LastModifiedTime: createdMs / 1000,
  };
}
