import { createHash } from 'node:crypto';
import * as z from 'zod';
import type { E2eHost } from './e2e-host.ts';
import { eventually } from './deployments.ts';

const archived = z.object({
  'detail-type': z.string(),
  detail: z.looseObject({ id: z.string(), seq: z.int(), prevHash: z.string(), data: z.unknown() }),
});
export type ArchivedEvent = z.infer<typeof archived>;

/**
 * The events of one aggregate in the order of `seq`, once its last one is there.
 *
 * @param last detail-type of that event
 * @throws Error when two events share an id and differ, when a number is missing, or when a hash does not fit
 */
export async function unbrokenChain(host: E2eHost, aggregate: string, last: string): Promise<readonly ArchivedEvent[]> {
  const read = () => host.archivedEvents().map((event) => archived.parse(event));
  await eventually(
    () => Promise.resolve(read().some((event) => isOf(event, aggregate) && event['detail-type'] === last)),
    `${last} of ${aggregate} is in the archive`,
  );
  const events = onceEach(read().filter((event) => isOf(event, aggregate)));
  let hash = '0'.repeat(64);
  for (const [index, { detail }] of events.entries()) {
    if (detail.seq !== index + 1) throw new Error(`${aggregate} has #${detail.seq} where #${index + 1} belongs.`);
    if (detail.prevHash !== hash) throw new Error(`${detail.id} does not continue the one before.`);
    hash = createHash('sha256').update(canonical(detail)).digest('hex');
  }
  return events;
}

function isOf({ detail }: ArchivedEvent, aggregate: string): boolean {
  return detail.id === `${aggregate}#${detail.seq}`;
}

/** The bus delivers at least once: the same event may come twice, but never another one under its id. */
function onceEach(events: readonly ArchivedEvent[]): ArchivedEvent[] {
  const byId = new Map<string, ArchivedEvent>();
  for (const event of events) {
    const twin = byId.get(event.detail.id);
    if (twin && canonical(twin) !== canonical(event)) throw new Error(`Two different events are ${event.detail.id}.`);
    byId.set(event.detail.id, event);
  }
  return [...byId.values()].sort((left, right) => left.detail.seq - right.detail.seq);
}

/** JSON with the members of every object in the order of their names. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_, member: unknown) =>
    typeof member === 'object' && member !== null && !Array.isArray(member)
      ? Object.fromEntries(Object.entries(member).sort(([left], [right]) => (left < right ? -1 : 1)))
      : member,
  );
}
