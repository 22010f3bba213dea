import type { DatabaseSync } from 'node:sqlite';
import * as z from 'zod';
import type { HostClock } from '#local/clock.ts';
import { parseInput } from '#local/gateway/parse-input.ts';
import { transaction } from '#local/store.ts';
import { envelope, type EventEnvelope } from './event-envelope.ts';
import { BusReference, invalid } from './names.ts';
import { isObject } from './pattern-fault.ts';
import type { EventRouter } from './route-event.ts';

const LARGEST_REQUEST_BYTES = 256 * 1024;

const Entry = z.strictObject({
  EventBusName: BusReference,
  Source: z.string().optional(),
  DetailType: z.string().optional(),
  Detail: z.string().optional(),
  Resources: z.array(z.string()).default([]),
  /** Seconds since the epoch, as the JSON protocol writes times. */
  Time: z.number().optional(),
  TraceHeader: z.string().max(500).optional(),
});
type Entry = z.output<typeof Entry>;

interface Parts {
  readonly store: DatabaseSync;
  readonly clock: HostClock;
  readonly router: EventRouter;
  readonly hasBus: (name: string) => boolean;
  /** Told of the deliveries once they are committed. */
  readonly accepted: (deliveries: readonly number[]) => void;
}

interface Refusal {
  readonly ErrorCode: string;
  readonly ErrorMessage: string;
}

/**
 * PutEvents: each entry is taken or refused by itself, and what is taken is in the store, with its deliveries, before
 * the answer.
 *
 * @throws ServiceFault `ValidationException` for a request that is too large as a whole
 */
export function putEvents(parts: Parts, input: unknown) {
  const { Entries } = parseInput(z.strictObject({ Entries: z.array(Entry).min(1).max(10) }), input);
  if (Entries.reduce((sum, entry) => sum + sizeOf(entry), 0) > LARGEST_REQUEST_BYTES) {
    throw invalid('Total size of the entries in the request is over the limit.');
  }
  const now = parts.clock.now();
  const deliveries: number[] = [];
  const results = transaction(parts.store, () =>
    Entries.map((entry) => {
      const event = toEvent(entry, now, parts.hasBus);
      if ('ErrorCode' in event) return event;
      deliveries.push(...parts.router.byPattern(entry.EventBusName, event, now));
      return { EventId: event.id };
    }),
  );
  parts.accepted(deliveries);
  return { FailedEntryCount: results.filter((result) => 'ErrorCode' in result).length, Entries: results };
}

function toEvent(entry: Entry, nowMs: number, hasBus: (name: string) => boolean): EventEnvelope | Refusal {
  for (const name of ['Source', 'DetailType', 'Detail'] as const) {
    if (!entry[name]) return refusal(`Parameter ${name} is not valid. Reason: ${name} is a required argument.`);
  }
  const { Source = '', DetailType = '', Detail = '' } = entry;
  if (Source.startsWith('aws.')) {
    return { ErrorCode: 'NotAuthorizedForSourceException', ErrorMessage: 'Not authorized for the source.' };
  }
  if (!hasBus(entry.EventBusName)) return refusal(`Event bus ${entry.EventBusName} does not exist.`);
  const detail = parseDetail(Detail);
  if (!detail) return { ErrorCode: 'MalformedDetail', ErrorMessage: 'Detail is malformed.' };
  return envelope(
    { 'detail-type': DetailType, source: Source, resources: entry.Resources, detail },
    entry.Time === undefined ? nowMs : entry.Time * 1000,
  );
}

function refusal(ErrorMessage: string): Refusal {
  return { ErrorCode: 'InvalidArgument', ErrorMessage };
}

function parseDetail(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** As the user guide counts: 14 bytes for a time, and UTF-8 for the rest. */
function sizeOf(entry: Entry): number {
  const texts = [entry.Source, entry.DetailType, entry.Detail, ...entry.Resources];
  return texts.reduce((sum, text) => sum + Buffer.byteLength(text ?? ''), entry.Time === undefined ? 0 : 14);
}
