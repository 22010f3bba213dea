import type { DatabaseSync } from 'node:sqlite';
import * as z from 'zod';
import type { HostClock } from '#local/clock.ts';
import type { Operation } from '#local/gateway/json-service.ts';
import { ServiceFault } from '#local/gateway/wire.ts';
import { transaction } from '#local/store.ts';
import { requiredTexts } from './filter-pattern.ts';
import { findGroup, type LogGroup } from './log-groups.ts';
import { invalidParameter, member, parseInput } from './log-input.ts';

export interface SubscriptionFilter {
  readonly id: number;
  readonly group_id: number;
  readonly name: string;
  readonly pattern: string;
  readonly destination: string;
  readonly role: string | null;
  readonly created: number;
  /** Events up to this one came before the filter and are not delivered. */
  readonly from_seq: number;
}

const MOST_PER_GROUP = 2;

const filterName = z.string().regex(/^[^:*]{1,512}$/, 'Must match [^:*]*.');
const putInput = z.strictObject({
  logGroupName: member.groupName,
  filterName,
  filterPattern: z.string().max(1024),
  destinationArn: z.string().regex(/^arn:aws:lambda:/, 'The local endpoint delivers to Lambda functions only.'),
  roleArn: z.string().optional(),
  distribution: z.literal('ByLogStream').optional(),
  applyOnTransformedLogs: z.literal(false).optional(),
});
const deleteInput = z.strictObject({ logGroupName: member.groupName, filterName });
const describeInput = z.strictObject({
  logGroupName: member.groupName,
  filterNamePrefix: filterName.optional(),
  nextToken: member.nextToken,
  limit: member.limit(50),
});

export function subscriptionFilterOperations(options: {
  readonly store: DatabaseSync;
  readonly clock: HostClock;
  readonly canDeliver: boolean;
}): Record<string, Operation> {
  const { store, clock } = options;
  const filtersOf = (group: LogGroup) =>
    store
      .prepare('SELECT * FROM log_filter WHERE group_id = ? ORDER BY name')
      .all(group.id) as unknown as SubscriptionFilter[];

  return {
    PutSubscriptionFilter(input) {
      const request = parseInput(putInput, input);
      requiredTexts(request.filterPattern);
      if (!options.canDeliver) throw invalidParameter('This local endpoint runs without Lambda: it cannot deliver.');
      transaction(store, () => {
        const group = findGroup(store, request.logGroupName);
        const others = filtersOf(group).filter(({ name }) => name !== request.filterName);
        if (others.length >= MOST_PER_GROUP)
          throw new ServiceFault('LimitExceededException', 'Resource limit exceeded.');
        // A changed filter goes on from where its deliveries are: only its pattern and destination are new.
        store
          .prepare(
            `INSERT INTO log_filter (group_id, name, pattern, destination, role, created, from_seq)
             VALUES (?, ?, ?, ?, ?, ?, (SELECT ifnull(max(seq), 0) FROM log_event))
             ON CONFLICT DO UPDATE SET pattern = excluded.pattern, destination = excluded.destination, role = excluded.role`,
          )
          .run(
            group.id,
            request.filterName,
            request.filterPattern,
            request.destinationArn,
            request.roleArn ?? null,
            clock.now(),
          );
      });
    },
    DeleteSubscriptionFilter(input) {
      const request = parseInput(deleteInput, input);
      const group = findGroup(store, request.logGroupName);
      const gone = store
        .prepare('DELETE FROM log_filter WHERE group_id = ? AND name = ?')
        .run(group.id, request.filterName);
      if (gone.changes === 0) {
        throw new ServiceFault('ResourceNotFoundException', 'The specified subscription filter does not exist.');
      }
    },
    DescribeSubscriptionFilters(input) {
      const request = parseInput(describeInput, input);
      const after = Buffer.from(request.nextToken ?? '', 'base64url').toString();
      const filters = filtersOf(findGroup(store, request.logGroupName)).filter(
        ({ name }) => name > after && name.startsWith(request.filterNamePrefix ?? ''),
      );
      const page = filters.slice(0, request.limit);
      return {
        subscriptionFilters: page.map((filter) => ({
          filterName: filter.name,
          logGroupName: request.logGroupName,
          filterPattern: filter.pattern,
          destinationArn: filter.destination,
          ...(filter.role !== null && { roleArn: filter.role }),
          distribution: 'ByLogStream',
          creationTime: filter.created,
        })),
        ...(filters.length > page.length && { nextToken: Buffer.from(page.at(-1)?.name ?? '').toString('base64url') }),
      };
    },
  };
}
