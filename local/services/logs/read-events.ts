import type { DatabaseSync, SQLInputValue } from 'node:sqlite';
import * as z from 'zod';
import type { HostClock } from '#local/clock.ts';
import type { Operation } from '#local/gateway/json-service.ts';
import { eventId } from './event-id.ts';
import { readPosition, writePosition, type EventPosition } from './event-position.ts';
import { requiredTexts } from './filter-pattern.ts';
import { findGroup, type LogGroup } from './log-groups.ts';
import { invalidParameter, member, namedGroup, parseInput } from './log-input.ts';
import { findStream } from './log-streams.ts';

interface EventRow extends EventPosition {
  readonly ingested: number;
  readonly message: string;
  readonly stream: string;
}

const MOST_EVENTS = 10_000;
const MOST_BYTES = 1_048_576;

const window = {
  startTime: member.timestamp.optional(),
  endTime: member.timestamp.optional(),
  nextToken: member.nextToken,
  limit: member.limit(MOST_EVENTS),
  // Nothing is ever masked here, so both values mean the same.
  unmask: z.boolean().optional(),
};
const getInput = z.strictObject({
  logGroupName: member.groupName.optional(),
  logGroupIdentifier: member.groupIdentifier.optional(),
  logStreamName: member.streamName,
  startFromHead: z.boolean().default(false),
  ...window,
});
const filterInput = z.strictObject({
  logGroupName: member.groupName.optional(),
  logGroupIdentifier: member.groupIdentifier.optional(),
  logStreamNames: z.array(member.streamName).min(1).max(100).optional(),
  logStreamNamePrefix: member.streamName.optional(),
  filterPattern: z.string().default(''),
  startFromHead: z.literal(true).optional(),
  // AWS ignores it and always interleaves.
  interleaved: z.boolean().optional(),
  ...window,
});

export function readEventOperations(store: DatabaseSync, clock: HostClock): Record<string, Operation> {
  const select = (query: EventQuery): readonly EventRow[] => selectEvents(store, clock.now(), query);
  return {
    GetLogEvents(input) {
      const request = parseInput(getInput, input);
      const group = findGroup(store, namedGroup(request));
      const stream = findStream(store, group, request.logStreamName);
      const token = request.nextToken === undefined ? undefined : readToken(request.nextToken);
      const direction = token?.direction ?? (request.startFromHead ? 'forward' : 'backward');
      const rows = select({
        group,
        where: [['e.stream_id = ?', stream.id], ...between(request)],
        from: token?.position,
        direction,
        limit: request.limit,
      });
      // An empty page answers the place it was asked from, so that a follower at the end gets its own token back and goes on
      // from there when events come. Before any event, that place is the start.
      const here = token?.position ?? { timestamp: request.startTime ?? 0, seq: 0 };
      return {
        events: rows.map(({ timestamp, message, ingested }) => ({ timestamp, message, ingestionTime: ingested })),
        nextForwardToken: `f/${writePosition(rows.at(-1) ?? here)}`,
        nextBackwardToken: `b/${writePosition(rows[0] ?? here)}`,
      };
    },
    FilterLogEvents(input) {
      const request = parseInput(filterInput, input);
      if (request.logStreamNames && request.logStreamNamePrefix !== undefined) {
        throw invalidParameter('logStreamNames and logStreamNamePrefix are mutually exclusive.');
      }
      const group = findGroup(store, namedGroup(request));
      const ids = request.logStreamNames?.map((name) => findStream(store, group, name).id);
      const rows = select({
        group,
        where: [
          ...between(request),
          ...requiredTexts(request.filterPattern).map((text): Condition => ['instr(e.message, ?) > 0', text]),
          ...(ids ? [['e.stream_id IN (SELECT value FROM json_each(?))', JSON.stringify(ids)] as Condition] : []),
          ...(request.logStreamNamePrefix === undefined
            ? []
            : [['instr(s.name, ?) = 1', request.logStreamNamePrefix] as Condition]),
        ],
        from: request.nextToken === undefined ? undefined : readPosition(request.nextToken),
        direction: 'forward',
        limit: request.limit + 1,
      });
      const page = rows.slice(0, request.limit);
      const last = page.at(-1);
      const more = rows.length > page.length || bytesOf(rows) >= MOST_BYTES;
      return {
        events: page.map(({ seq, stream, timestamp, message, ingested }) => ({
          logStreamName: stream,
          timestamp,
          message,
          ingestionTime: ingested,
          eventId: eventId(seq),
        })),
        // AWS has left this list empty since 2019.
        searchedLogStreams: [],
        ...(last && more && { nextToken: writePosition(last) }),
      };
    },
  };
}

type Condition = readonly [sql: string, value: SQLInputValue];

interface EventQuery {
  readonly group: LogGroup;
  readonly where: readonly Condition[];
  readonly from: EventPosition | undefined;
  readonly direction: 'forward' | 'backward';
  readonly limit: number;
}

function between(request: { startTime?: number | undefined; endTime?: number | undefined }): readonly Condition[] {
  return [
    ['e.timestamp >= ?', request.startTime ?? 0],
    ['e.timestamp < ?', request.endTime ?? Number.MAX_SAFE_INTEGER],
  ];
}

/** Reads at most `limit` events, or about 1 MB of them, in order of time whichever way it goes; hides what retention has ended. */
function selectEvents(store: DatabaseSync, now: number, query: EventQuery): readonly EventRow[] {
  const forward = query.direction === 'forward';
  const { retention_days: days } = query.group;
  const conditions: readonly Condition[] = [
    ['e.group_id = ?', query.group.id],
    ...query.where,
    ...(days === null ? [] : [['e.timestamp >= ?', now - days * 86_400_000] as Condition]),
  ];
  const rows = store
    .prepare(
      `SELECT e.seq, e.timestamp, e.ingested, e.message, s.name AS stream FROM log_event e JOIN log_stream s ON s.id = e.stream_id
        WHERE ${conditions.map(([sql]) => sql).join(' AND ')}
          ${query.from ? `AND (e.timestamp, e.seq) ${forward ? '>' : '<'} (?, ?)` : ''}
        ORDER BY e.timestamp ${forward ? 'ASC' : 'DESC'}, e.seq ${forward ? 'ASC' : 'DESC'} LIMIT ?`,
    )
    .iterate(
      ...conditions.map(([, value]) => value),
      ...(query.from ? [query.from.timestamp, query.from.seq] : []),
      query.limit,
    ) as unknown as Iterable<EventRow>;
  const page: EventRow[] = [];
  let bytes = 0;
  for (const row of rows) {
    page.push(row);
    bytes += Buffer.byteLength(row.message);
    if (bytes >= MOST_BYTES) break;
  }
  return forward ? page : page.toReversed();
}

function bytesOf(rows: readonly EventRow[]): number {
  return rows.reduce((sum, row) => sum + Buffer.byteLength(row.message), 0);
}

function readToken(token: string): { readonly direction: 'forward' | 'backward'; readonly position: EventPosition } {
  const match = /^([fb])\/(.+)$/.exec(token);
  if (!match?.[2]) throw invalidParameter('The specified nextToken is invalid.');
  return { direction: match[1] === 'f' ? 'forward' : 'backward', position: readPosition(match[2]) };
}
