import type { DatabaseSync } from 'node:sqlite';
import * as z from 'zod';
import type { HostClock } from '#local/clock.ts';
import type { Operation } from '#local/gateway/json-service.ts';
import { transaction } from '#local/store.ts';
import { findGroup, type LogGroup } from './log-groups.ts';
import { invalidParameter, member, parseInput } from './log-input.ts';
import { findStream, type LogStream } from './log-streams.ts';

export interface LogLine {
  /** Milliseconds since the epoch. */
  readonly timestamp: number;
  readonly message: string;
}

/** How other local services write logs: the group and the stream come into being with their first line, nothing is refused. */
export interface LogWriter {
  put(group: string, stream: string, events: readonly LogLine[]): void;
}

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const MOST_BYTES = 1_048_576;
const EVENT_OVERHEAD_BYTES = 26;

const putInput = z.strictObject({
  logGroupName: member.groupName,
  logStreamName: member.streamName,
  logEvents: z
    .array(z.strictObject({ timestamp: member.timestamp, message: z.string().min(1) }))
    .min(1)
    .max(10_000),
  // AWS has ignored it since 2023 and takes every put.
  sequenceToken: z.string().optional(),
});

export function appendEvents(options: {
  readonly store: DatabaseSync;
  readonly clock: HostClock;
  readonly appended: (stream: LogStream) => void;
  readonly taken?: ((messages: readonly string[]) => void) | undefined;
}): { readonly writer: LogWriter; readonly operations: Record<string, Operation> } {
  const { store, clock } = options;
  const makeGroup = store.prepare('INSERT INTO log_group (name, created) VALUES (?, ?) ON CONFLICT DO NOTHING');
  const makeStream = store.prepare(
    'INSERT INTO log_stream (group_id, name, created) VALUES (?, ?, ?) ON CONFLICT DO NOTHING',
  );
  const insert = store.prepare(
    'INSERT INTO log_event (group_id, stream_id, timestamp, ingested, message) VALUES (?, ?, ?, ?, ?)',
  );
  const touch = store.prepare('UPDATE log_stream SET ingested = ? WHERE id = ?');
  const grow = store.prepare('UPDATE log_group SET bytes = bytes + ? WHERE id = ?');

  const append = (stream: LogStream, events: readonly LogLine[]): void => {
    if (events.length === 0) return;
    transaction(store, () => {
      for (const { timestamp, message } of events) {
        insert.run(stream.group_id, stream.id, timestamp, clock.now(), message);
      }
      options.taken?.(events.map(({ message }) => message));
      touch.run(clock.now(), stream.id);
      grow.run(billedBytes(events), stream.group_id);
    });
    options.appended(stream);
  };

  return {
    writer: {
      put(groupName, streamName, events) {
        transaction(store, () => {
          makeGroup.run(groupName, clock.now());
          const group = findGroup(store, groupName);
          makeStream.run(group.id, streamName, clock.now());
          append(findStream(store, group, streamName), events);
        });
      },
    },
    operations: {
      PutLogEvents(input) {
        const { logGroupName, logStreamName, logEvents } = parseInput(putInput, input);
        const group = findGroup(store, logGroupName);
        const stream = findStream(store, group, logStreamName);
        checkBatch(logEvents);
        const { accepted, rejected } = sift(logEvents, group, clock.now());
        append(stream, accepted);
        return { nextSequenceToken: String(clock.now()).padStart(56, '0'), rejectedLogEventsInfo: rejected };
      },
    },
  };
}

function checkBatch(events: readonly LogLine[]): void {
  let previous = 0;
  for (const { timestamp } of events) {
    if (timestamp < previous) {
      throw invalidParameter('Log events in a single PutLogEvents request must be in chronological order.');
    }
    previous = timestamp;
  }
  const bytes = billedBytes(events);
  if (bytes > MOST_BYTES) throw invalidParameter(`Upload too large: ${bytes} bytes exceeds limit of ${MOST_BYTES}`);
  if (previous - (events[0]?.timestamp ?? 0) > DAY_MS) {
    throw invalidParameter('The batch of log events in a single PutLogEvents request cannot span more than 24 hours.');
  }
}

function billedBytes(events: readonly LogLine[]): number {
  return events.reduce((sum, { message }) => sum + Buffer.byteLength(message) + EVENT_OVERHEAD_BYTES, 0);
}

/** AWS takes the rest of a batch and says where the parts begin and end that it left out; the events are in order of time. */
function sift(events: readonly LogLine[], group: LogGroup, now: number) {
  const expired = group.retention_days === null ? 0 : now - group.retention_days * DAY_MS;
  const countBefore = (time: number): number => events.filter((event) => event.timestamp < time).length;
  const tooOldEnd = countBefore(now - 14 * DAY_MS);
  const expiredEnd = countBefore(expired);
  const tooNewStart = countBefore(now + 2 * HOUR_MS + 1);
  const rejected = {
    ...(tooOldEnd > 0 && { tooOldLogEventEndIndex: tooOldEnd }),
    ...(expiredEnd > 0 && { expiredLogEventEndIndex: expiredEnd }),
    ...(tooNewStart < events.length && { tooNewLogEventStartIndex: tooNewStart }),
  };
  return {
    accepted: events.slice(Math.max(tooOldEnd, expiredEnd), tooNewStart),
    rejected: Object.keys(rejected).length > 0 ? rejected : undefined,
  };
}
