import type { DatabaseSync } from 'node:sqlite';
import * as z from 'zod';
import type { HostClock } from '#local/clock.ts';
import type { Operation } from '#local/gateway/json-service.ts';
import { parseInput } from '#local/gateway/parse-input.ts';
import { ServiceFault } from '#local/gateway/wire.ts';
import { requireBus } from './buses.ts';
import type { EventEnvelope } from './event-envelope.ts';
import { compilePattern } from './event-pattern.ts';
import { archiveArn, busArn, BusReference, notFound } from './names.ts';

export interface Archives {
  readonly operations: Readonly<Record<string, Operation>>;
  /** Puts an event into every archive of the bus that wants it. Call it in a transaction. */
  keep(bus: string, event: EventEnvelope, nowMs: number): void;
  /** What the archives of a bus hold, oldest first, each event once. */
  archived(bus: string): readonly EventEnvelope[];
}

const DAY_MS = 86_400_000;
const ArchiveName = z.string().regex(/^[.\-_A-Za-z0-9]{1,48}$/, 'must have 1 to 48 letters, digits, ., - or _');

export function openArchives(store: DatabaseSync, clock: HostClock): Archives {
  const compiled = new Map<string, readonly { readonly name: string; readonly wants: (event: unknown) => boolean }[]>();
  const archivesOf = (bus: string) => {
    const known = compiled.get(bus);
    if (known) return known;
    const archives = store
      .prepare('SELECT name, pattern FROM events_archives WHERE bus = ?')
      .all(bus)
      .map((row) => ({
        name: String(row['name']),
        wants: typeof row['pattern'] === 'string' ? compilePattern(row['pattern']) : () => true,
      }));
    compiled.set(bus, archives);
    return archives;
  };
  const forgetExpired = (): void => {
    store
      .prepare(
        `DELETE FROM events_archived WHERE accepted_ms < (
           SELECT CASE retention_days WHEN 0 THEN 0 ELSE ?1 - retention_days * ?2 END
           FROM events_archives WHERE name = events_archived.archive)`,
      )
      .run(clock.now(), DAY_MS);
  };

  return {
    keep(bus, event, nowMs) {
      for (const archive of archivesOf(bus)) {
        if (!archive.wants(event)) continue;
        store
          .prepare('INSERT INTO events_archived (archive, bus, accepted_ms, event) VALUES (?, ?, ?, ?)')
          .run(archive.name, bus, nowMs, JSON.stringify(event));
      }
    },
    archived(bus) {
      forgetExpired();
      const events = store
        .prepare('SELECT event FROM events_archived WHERE bus = ? ORDER BY seq')
        .all(bus)
        .map((row) => JSON.parse(String(row['event'])) as EventEnvelope);
      return [...new Map(events.map((event) => [event.id, event])).values()];
    },
    operations: {
      CreateArchive(input) {
        const archive = parseInput(
          z.strictObject({
            ArchiveName,
            EventSourceArn: BusReference,
            EventPattern: z.string().max(4096).optional(),
            Description: z.string().max(512).optional(),
            RetentionDays: z.int().min(0).default(0),
          }),
          input,
        );
        requireBus(store, archive.EventSourceArn);
        if (archive.EventPattern !== undefined) compilePattern(archive.EventPattern);
        const created = store
          .prepare(
            `INSERT INTO events_archives (name, bus, pattern, description, retention_days, created_ms)
             VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
          )
          .run(
            archive.ArchiveName,
            archive.EventSourceArn,
            archive.EventPattern ?? null,
            archive.Description ?? null,
            archive.RetentionDays,
            clock.now(),
          );
        if (created.changes === 0) {
          throw new ServiceFault('ResourceAlreadyExistsException', `Archive ${archive.ArchiveName} already exists.`);
        }
        compiled.clear();
        return { ArchiveArn: archiveArn(archive.ArchiveName), State: 'ENABLED', CreationTime: clock.now() / 1000 };
      },
      DescribeArchive(input) {
        const { ArchiveName: name } = parseInput(z.strictObject({ ArchiveName }), input);
        const row = store.prepare('SELECT * FROM events_archives WHERE name = ?').get(name);
        if (!row) throw notFound(`Archive ${name} does not exist.`);
        forgetExpired();
        const held = store
          .prepare(
            'SELECT COUNT(*) AS count, COALESCE(SUM(LENGTH(event)), 0) AS bytes FROM events_archived WHERE archive = ?',
          )
          .get(name);
        return {
          ArchiveArn: archiveArn(name),
          ArchiveName: name,
          EventSourceArn: busArn(String(row['bus'])),
          Description: row['description'] ?? undefined,
          EventPattern: row['pattern'] ?? undefined,
          State: 'ENABLED',
          RetentionDays: row['retention_days'],
          SizeBytes: held?.['bytes'],
          EventCount: held?.['count'],
          CreationTime: Number(row['created_ms']) / 1000,
        };
      },
    },
  };
}
