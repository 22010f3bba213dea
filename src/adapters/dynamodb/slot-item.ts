import type { Write } from '#domain/deployment/decision.ts';
import { waiterOf, type Wish } from '#domain/deployment/waiter.ts';
import { keys } from './keys.ts';
import type { TransactItem } from './table.ts';

type SlotWrite = Extract<Write, { readonly kind: 'take-slot' | 'hold-slot' | 'see-slot' | 'free-slot' }>;

/** What happens to a slot's row. The row stays when nobody holds the slot: it keeps the fence, and who had it last. */
export function slotItem(table: string, write: SlotWrite): TransactItem {
  const { service, environment, id, fence } = write.deployment;
  const row = { TableName: table, Key: keys.slot(service, environment) };
  const owner = { ExpressionAttributeNames: { '#owner': 'owner' } };
  switch (write.kind) {
    case 'take-slot':
      return {
        Update: {
          ...row,
          UpdateExpression: 'SET #owner = :owner, #last = :last, fence = :fence, et = :et',
          // The fence of the row as it was read: nobody has held the slot in between.
          ConditionExpression:
            'attribute_not_exists(#owner) AND (fence = :seen OR (attribute_not_exists(fence) AND :seen = :zero))',
          ExpressionAttributeNames: { '#owner': 'owner', '#last': 'last' },
          ExpressionAttributeValues: {
            ':owner': id,
            ':last': wishOf(write.deployment),
            ':fence': write.fence,
            ':seen': write.fence - 1,
            ':zero': 0,
            ':et': 'Slot',
          },
        },
      };
    case 'hold-slot':
      return {
        ConditionCheck: {
          ...row,
          ...owner,
          ConditionExpression: '#owner = :owner AND fence = :fence',
          // No slot has this fence, so one that never had the slot does not hold it.
          ExpressionAttributeValues: { ':owner': id, ':fence': fence ?? -1 },
        },
      };
    case 'see-slot':
      return {
        ConditionCheck: {
          ...row,
          ...owner,
          ...(write.owner === undefined
            ? { ConditionExpression: 'attribute_not_exists(#owner)' }
            : {
                ConditionExpression: '#owner = :owner AND fence = :fence',
                ExpressionAttributeValues: { ':owner': write.owner, ':fence': write.fence },
              }),
        },
      };
    case 'free-slot':
      return {
        Update: {
          ...row,
          ...owner,
          UpdateExpression: 'REMOVE #owner',
          ConditionExpression: '#owner = :owner',
          ExpressionAttributeValues: { ':owner': id },
        },
      };
  }
}

/** What the slot remembers of who took it. */
function wishOf(deployment: SlotWrite['deployment']): Wish {
  const { deploymentId, priority, since } = waiterOf(deployment);
  return { deploymentId, priority, since };
}
