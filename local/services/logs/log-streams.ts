import type { DatabaseSync } from 'node:sqlite';
import * as z from 'zod';
import type { HostClock } from '#local/clock.ts';
import type { Operation } from '#local/gateway/json-service.ts';
import { ServiceFault } from '#local/gateway/wire.ts';
import { logStreamArn } from './log-arn.ts';
import { findGroup, type LogGroup } from './log-groups.ts';
import { invalidParameter, member, namedGroup, parseInput } from './log-input.ts';

export interface LogStream {
  readonly id: number;
  readonly group_id: number;
  readonly name: string;
  readonly created: number;
  /** When the last event came in, or null before the first. */
  readonly ingested: number | null;
}

const createInput = z.strictObject({ logGroupName: member.groupName, logStreamName: member.streamName });
const describeInput = z.strictObject({
  logGroupName: member.groupName.optional(),
  logGroupIdentifier: member.groupIdentifier.optional(),
  logStreamNamePrefix: z.string().optional(),
  orderBy: z.enum(['LogStreamName', 'LastEventTime']).default('LogStreamName'),
  descending: z.boolean().default(false),
  nextToken: member.nextToken,
  limit: member.limit(50),
});

/**
 * Finds a stream of a group by name.
 *
 * @throws ServiceFault `ResourceNotFoundException`
 */
export function findStream(store: DatabaseSync, group: LogGroup, name: string): LogStream {
  const stream = store.prepare('SELECT * FROM log_stream WHERE group_id = ? AND name = ?').get(group.id, name);
  if (!stream) throw new ServiceFault('ResourceNotFoundException', 'The specified log stream does not exist.');
  return stream as unknown as LogStream;
}

export function logStreamOperations(store: DatabaseSync, clock: HostClock): Record<string, Operation> {
  return {
    CreateLogStream(input) {
      const { logGroupName, logStreamName } = parseInput(createInput, input);
      const made = store
        .prepare('INSERT INTO log_stream (group_id, name, created) VALUES (?, ?, ?) ON CONFLICT DO NOTHING')
        .run(findGroup(store, logGroupName).id, logStreamName, clock.now());
      if (made.changes === 0) {
        throw new ServiceFault('ResourceAlreadyExistsException', 'The specified log stream already exists');
      }
    },
    DescribeLogStreams(input) {
      const request = parseInput(describeInput, input);
      const group = findGroup(store, namedGroup(request));
      const byTime = request.orderBy === 'LastEventTime';
      if (byTime && request.logStreamNamePrefix !== undefined) {
        throw invalidParameter('Cannot order by LastEventTime with a logStreamNamePrefix.');
      }
      // Ordered by name, every stream has the same first key.
      const key = byTime ? 'ifnull(last, 0)' : '0';
      const [after, direction] = request.descending ? ['<', 'DESC'] : ['>', 'ASC'];
      const from = request.nextToken === undefined ? undefined : readToken(request.nextToken);
      const rows = store
        .prepare(
          `SELECT *, ${key} AS key FROM (
             SELECT s.*, (SELECT min(timestamp) FROM log_event WHERE stream_id = s.id) AS first,
                    (SELECT max(timestamp) FROM log_event WHERE stream_id = s.id) AS last
               FROM log_stream s WHERE group_id = ?1 AND substr(name, 1, length(?2)) = ?2)
            ${from ? `WHERE (${key}, name) ${after} (?4, ?5)` : ''}
            ORDER BY key ${direction}, name ${direction} LIMIT ?3`,
        )
        .all(group.id, request.logStreamNamePrefix ?? '', request.limit + 1, ...(from ?? [])) as unknown as StreamRow[];
      const page = rows.slice(0, request.limit);
      const last = page.at(-1);
      return {
        logStreams: page.map((stream) => describe(group, stream)),
        ...(last && rows.length > page.length && { nextToken: writeToken([last.key, last.name]) }),
      };
    },
  };
}

interface StreamRow extends LogStream {
  readonly first: number | null;
  readonly last: number | null;
  readonly key: number;
}

function describe(group: LogGroup, stream: StreamRow) {
  return {
    logStreamName: stream.name,
    creationTime: stream.created,
    ...(stream.first !== null && { firstEventTimestamp: stream.first }),
    ...(stream.last !== null && { lastEventTimestamp: stream.last }),
    ...(stream.ingested !== null && { lastIngestionTime: stream.ingested }),
    arn: logStreamArn(group.name, stream.name),
    // AWS stopped counting per stream in 2019 and answers 0.
    storedBytes: 0,
  };
}

type PageKey = [key: number, name: string];

function writeToken(key: PageKey): string {
  return Buffer.from(JSON.stringify(key)).toString('base64url');
}

function readToken(token: string): PageKey {
  try {
    return z.tuple([z.number(), z.string()]).parse(JSON.parse(Buffer.from(token, 'base64url').toString()));
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof z.ZodError) {
      throw invalidParameter('The specified nextToken is invalid.');
    }
    throw error;
  }
}
