import type { DatabaseSync } from 'node:sqlite';
import * as z from 'zod';
import type { HostClock } from '#local/clock.ts';
import type { Operation } from '#local/gateway/json-service.ts';
import { ServiceFault } from '#local/gateway/wire.ts';
import { logGroupArn } from './log-arn.ts';
import { invalidParameter, member, parseInput } from './log-input.ts';

export interface LogGroup {
  readonly id: number;
  readonly name: string;
  readonly created: number;
  readonly retention_days: number | null;
  /** What is stored, counted as AWS bills it: UTF-8 and 26 bytes for every event. */
  readonly bytes: number;
}

const RETENTION_DAYS = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
];

const createInput = z.strictObject({
  logGroupName: member.groupName,
  logGroupClass: z.literal('STANDARD').optional(),
  deletionProtectionEnabled: z.literal(false).optional(),
});
const deleteInput = z.strictObject({ logGroupName: member.groupName });
const retentionInput = z.strictObject({ logGroupName: member.groupName, retentionInDays: z.int() });
const describeInput = z.strictObject({
  logGroupNamePrefix: z.string().optional(),
  logGroupNamePattern: z.string().optional(),
  logGroupClass: z.literal('STANDARD').optional(),
  includeLinkedAccounts: z.literal(false).optional(),
  nextToken: member.nextToken,
  limit: member.limit(50),
});

/**
 * Finds a group by name.
 *
 * @throws ServiceFault `ResourceNotFoundException`
 */
export function findGroup(store: DatabaseSync, name: string): LogGroup {
  const group = store.prepare('SELECT * FROM log_group WHERE name = ?').get(name) as LogGroup | undefined;
  if (!group) throw new ServiceFault('ResourceNotFoundException', 'The specified log group does not exist.');
  return group;
}

export function logGroupOperations(options: {
  readonly store: DatabaseSync;
  readonly clock: HostClock;
  readonly retentionChanged: () => void;
}): Record<string, Operation> {
  const { store, clock } = options;
  return {
    CreateLogGroup(input) {
      const { logGroupName } = parseInput(createInput, input);
      const made = store
        .prepare('INSERT INTO log_group (name, created) VALUES (?, ?) ON CONFLICT DO NOTHING')
        .run(logGroupName, clock.now());
      if (made.changes === 0) {
        throw new ServiceFault('ResourceAlreadyExistsException', 'The specified log group already exists');
      }
    },
    DeleteLogGroup(input) {
      const { logGroupName } = parseInput(deleteInput, input);
      store.prepare('DELETE FROM log_group WHERE id = ?').run(findGroup(store, logGroupName).id);
    },
    PutRetentionPolicy(input) {
      const { logGroupName, retentionInDays } = parseInput(retentionInput, input);
      if (!RETENTION_DAYS.includes(retentionInDays)) {
        throw invalidParameter(`Value at 'retentionInDays' must be one of ${RETENTION_DAYS.join(', ')}.`);
      }
      const group = findGroup(store, logGroupName);
      store.prepare('UPDATE log_group SET retention_days = ? WHERE id = ?').run(retentionInDays, group.id);
      options.retentionChanged();
    },
    DescribeLogGroups(input) {
      const request = parseInput(describeInput, input);
      if (request.logGroupNamePrefix !== undefined && request.logGroupNamePattern !== undefined) {
        throw invalidParameter('logGroupNamePrefix and logGroupNamePattern are mutually exclusive.');
      }
      const rows = store
        .prepare(
          `SELECT * FROM log_group
            WHERE name > ? AND substr(name, 1, length(?2)) = ?2 AND instr(lower(name), lower(?3)) > 0
            ORDER BY name LIMIT ?4`,
        )
        .all(
          Buffer.from(request.nextToken ?? '', 'base64url').toString(),
          request.logGroupNamePrefix ?? '',
          request.logGroupNamePattern ?? '',
          request.limit + 1,
        ) as unknown as LogGroup[];
      const page = rows.slice(0, request.limit);
      return {
        logGroups: page.map(describe),
        ...(rows.length > page.length && { nextToken: Buffer.from(page.at(-1)?.name ?? '').toString('base64url') }),
      };
    },
  };
}

function describe(group: LogGroup) {
  return {
    logGroupName: group.name,
    creationTime: group.created,
    ...(group.retention_days !== null && { retentionInDays: group.retention_days }),
    metricFilterCount: 0,
    arn: `${logGroupArn(group.name)}:*`,
    logGroupArn: logGroupArn(group.name),
    storedBytes: group.bytes,
    logGroupClass: 'STANDARD',
  };
}
