import { assertNever } from '#domain/assert-never.ts';
import type { Decision, Write } from '#domain/deployment/decision.ts';
import { runnerPlaceOf } from '#domain/runner-pool/runner-waiter.ts';
import type { CommitOutcome } from '#ports/deployment-store.ts';
import { deploymentRow, stepRow } from './deployment-row.ts';
import { indexKeys, keys } from './keys.ts';
import { outboxRow } from './outbox-row.ts';
import { slotItem } from './slot-item.ts';
import type { TransactItem } from './table.ts';
import { updateOf } from './update-of.ts';

/** One item of a transaction, and what it means when its condition does not hold. */
export interface GuardedItem {
  readonly item: TransactItem;
  readonly onConflict: Exclude<CommitOutcome, 'committed'>;
}

const absent = 'attribute_not_exists(pk)';
const requestMemorySeconds = 24 * 3600;

/** All that a decision writes. */
export function transactItems(table: string, decision: Decision): readonly GuardedItem[] {
  const { before, after } = decision;
  const head: TransactItem = before
    ? { Update: updateOf(table, keys.deployment(after.id), deploymentRow(before), deploymentRow(after), before.rev) }
    : { Put: { TableName: table, Item: deploymentRow(after), ConditionExpression: absent } };
  return [
    { item: head, onConflict: 'revision_conflict' },
    ...decision.writes.map((write) => itemOf(table, write)),
    ...decision.events.map((event): GuardedItem => ({
      item: { Put: { TableName: table, Item: outboxRow(event), ConditionExpression: absent } },
      onConflict: 'revision_conflict',
    })),
    ...artifactUse(table, decision),
    ...(decision.alongside ? transactItems(table, decision.alongside) : []),
  ];
}

/** The row by which a deployment is found from the artifact that it has: like an index key, it follows from the state. */
function artifactUse(table: string, { before, after }: Decision): readonly GuardedItem[] {
  const { id, service, artifact } = after;
  if (!artifact || artifact.digest === before?.artifact?.digest) return [];
  const Item = { ...keys.artifactUse(service, artifact.digest, id), et: 'ArtifactUse', deploymentId: id };
  return [{ item: { Put: { TableName: table, Item } }, onConflict: 'revision_conflict' }];
}

function itemOf(table: string, write: Write): GuardedItem {
  switch (write.kind) {
    case 'put-step':
      return { item: { Put: { TableName: table, Item: stepRow(write.step) } }, onConflict: 'revision_conflict' };
    case 'take-lock': {
      const { service, environment, commit, id } = write.deployment;
      const Item = { ...keys.lock(service, environment, commit), et: 'Lock', owner: id };
      return { item: { Put: { TableName: table, Item, ConditionExpression: absent } }, onConflict: 'lock_taken' };
    }
    case 'free-lock': {
      const { service, environment, commit, id } = write.deployment;
      return {
        item: {
          Delete: {
            TableName: table,
            Key: keys.lock(service, environment, commit),
            // Only the owner lets go; a lock that is gone already is as good.
            ConditionExpression: `${absent} OR #owner = :owner`,
            ExpressionAttributeNames: { '#owner': 'owner' },
            ExpressionAttributeValues: { ':owner': id },
          },
        },
        onConflict: 'revision_conflict',
      };
    }
    case 'take-slot':
    case 'hold-slot':
    case 'see-slot':
    case 'free-slot':
      return { item: slotItem(table, write), onConflict: 'slot_lost' };
    case 'join-queue': {
      const { waiter } = write;
      const Item = { ...keys.waiter(waiter), et: 'Waiter', ...indexKeys.waiting(waiter), ...waiter };
      return { item: { Put: { TableName: table, Item } }, onConflict: 'revision_conflict' };
    }
    case 'leave-queue':
      return {
        item: { Delete: { TableName: table, Key: keys.waiter(write.waiter) } },
        onConflict: 'revision_conflict',
      };
    case 'free-runner':
      return {
        item: { Delete: { TableName: table, Key: keys.runnerHold(write.deployment.id) } },
        onConflict: 'revision_conflict',
      };
    case 'leave-runner-queue':
      return {
        item: { Delete: { TableName: table, Key: keys.runnerWaiter(runnerPlaceOf(write.deployment)) } },
        onConflict: 'revision_conflict',
      };
    case 'put-command': {
      const { command } = write;
      const Item = { ...keys.command(command.deploymentId, command.number), et: 'Command', ...command };
      return {
        item: { Put: { TableName: table, Item, ConditionExpression: absent } },
        onConflict: 'revision_conflict',
      };
    }
    case 'put-token': {
      const Item = { ...keys.approvalToken(write.deployment.id), et: 'Token', token: write.token };
      return { item: { Put: { TableName: table, Item } }, onConflict: 'revision_conflict' };
    }
    case 'drop-token':
      return {
        item: { Delete: { TableName: table, Key: keys.approvalToken(write.deployment.id) } },
        onConflict: 'revision_conflict',
      };
    case 'put-approval': {
      const { id } = write.deployment;
      const index = indexKeys.waitingForApproval(write.requestedAt, id);
      const Item = { ...keys.approval(id), et: 'Approval', deploymentId: id, ...index };
      return { item: { Put: { TableName: table, Item } }, onConflict: 'revision_conflict' };
    }
    case 'close-approval':
      return {
        item: { Delete: { TableName: table, Key: keys.approval(write.deployment.id) } },
        onConflict: 'revision_conflict',
      };
    case 'put-artifact-ref': {
      const { service, source, artifact } = write.deployment;
      const Item = {
        ...keys.artifact(service, source?.tree ?? '', artifact?.digest ?? ''),
        et: 'ArtifactRef',
        artifact,
        createdAt: write.at,
      };
      return { item: { Put: { TableName: table, Item } }, onConflict: 'revision_conflict' };
    }
    case 'put-current-release':
      return { item: currentRelease(table, write.deployment, write.at), onConflict: 'revision_conflict' };
    case 'put-rollback-record': {
      const { record } = write;
      const Item = { ...keys.rollback(record), et: 'RollbackRecord', ...indexKeys.rollback(record), ...record };
      return { item: { Put: { TableName: table, Item } }, onConflict: 'revision_conflict' };
    }
    case 'remember-request': {
      const ttl = Math.floor(write.atMs / 1000) + requestMemorySeconds;
      const Item = {
        ...keys.request(write.key),
        et: 'Request',
        deploymentId: write.deploymentId,
        digest: write.digest,
        ttl,
      };
      // An expired row may lie there for days until the table sweeps it: to readers it is gone, so it is to writers.
      const free = {
        ConditionExpression: `${absent} OR #ttl < :now`,
        ExpressionAttributeNames: { '#ttl': 'ttl' },
        ExpressionAttributeValues: { ':now': write.atMs / 1000 },
      };
      return { item: { Put: { TableName: table, Item, ...free } }, onConflict: 'request_known' };
    }
    default:
      return assertNever(write);
  }
}

function currentRelease(table: string, deployment: Decision['after'], releasedAt: string): TransactItem {
  const { service, environment, id, release, artifact, commit } = deployment;
  return {
    Update: {
      TableName: table,
      Key: keys.environment(service, environment),
      // What was current becomes previous in the same write.
      UpdateExpression: 'SET et = :et, previous = if_not_exists(#current, :none), #current = :current',
      ExpressionAttributeNames: { '#current': 'current' },
      ExpressionAttributeValues: {
        ':et': 'Environment',
        ':none': null,
        ':current': {
          deploymentId: id,
          version: release?.version,
          target: release?.target,
          artifactDigest: artifact?.digest,
          commit,
          releasedAt,
        },
      },
    },
  };
}
