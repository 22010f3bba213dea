import { ServiceFault } from '../../gateway/wire.ts';
import type { Item } from './attribute-value.ts';
import { matches } from './condition.ts';
import type { ExpressionMembers } from './dynalite.ts';
import { type BoundExpressions, bindExpressions } from './expressions.ts';
import { validation } from './faults.ts';
import { checkIndexKeys, type ItemKey, keyOfItem, keyOfKey } from './item-key.ts';
import { itemSize, LARGEST_ITEM_BYTES } from './item-size.ts';
import type { ItemChange, StoredItem } from './item-store.ts';
import { readItem } from './read-item.ts';
import type { Table } from './table.ts';
import { applyUpdate } from './update.ts';

export type WriteKind = 'put' | 'update' | 'delete' | 'check';

/** One write of a request, checked as far as that is possible without its table's data. */
export interface Write {
  readonly kind: WriteKind;
  readonly table: Table;
  /** The whole item of a put, the key of the others. */
  readonly subject: Item;
  readonly expressions: BoundExpressions;
  readonly answersOldItem: boolean;
}

interface WriteMembers extends ExpressionMembers {
  readonly ReturnValuesOnConditionCheckFailure?: 'ALL_OLD' | 'NONE' | undefined;
}

/** @throws ServiceFault ValidationException for faults of expressions and values */
export function prepareWrite(
  kind: WriteKind,
  table: Table,
  subject: Record<string, unknown>,
  members: WriteMembers,
): Write {
  return {
    kind,
    table,
    subject: readItem(subject),
    expressions: bindExpressions({
      ConditionExpression: members.ConditionExpression,
      UpdateExpression: members.UpdateExpression,
      ExpressionAttributeNames: members.ExpressionAttributeNames,
      ExpressionAttributeValues: members.ExpressionAttributeValues,
    }),
    answersOldItem: members.ReturnValuesOnConditionCheckFailure === 'ALL_OLD',
  };
}

/** @throws ServiceFault ValidationException when subject or update does not fit the table's keys */
export function keyOfWrite({ kind, table, subject, expressions }: Write): ItemKey {
  const key = kind === 'put' ? keyOfItem(table, subject) : keyOfKey(table, subject);
  for (const { path } of expressions.update?.actions ?? []) {
    if (table.key.attributes.some(({ name }) => name === path[0])) {
      throw validation(
        `One or more parameter values were invalid: Cannot update attribute ${path[0]}. This attribute is part of the key`,
      );
    }
  }
  return key;
}

/**
 * What the write does to the item that is stored.
 *
 * @throws ServiceFault ConditionalCheckFailedException, or ValidationException when the result would be no valid item
 */
export function decideWrite(write: Write, key: ItemKey, before: StoredItem | undefined): ItemChange {
  const { table, expressions } = write;
  if (expressions.condition && !matches(expressions.condition, before?.item ?? {}, expressions.values)) {
    throw new ServiceFault('ConditionalCheckFailedException', 'The conditional request failed', {
      members: write.answersOldItem && before ? { Item: before.item } : {},
    });
  }
  switch (write.kind) {
    case 'check':
      return { table, key, before: undefined, next: undefined };
    case 'delete':
      return { table, key, before, next: undefined };
    case 'put':
      return { table, key, before, next: valid(table, write.subject, 'Item size has exceeded') };
    default: {
      const item = before ? (JSON.parse(before.text) as Item) : { ...write.subject };
      if (expressions.update) applyUpdate(item, expressions.update, expressions.values);
      return { table, key, before, next: valid(table, item, 'Item size to update has exceeded') };
    }
  }
}

function valid(table: Table, item: Item, tooLarge: string): { item: Item; size: number } {
  checkIndexKeys(table, item);
  const size = itemSize(item);
  if (size > LARGEST_ITEM_BYTES) throw validation(`${tooLarge} the maximum allowed size`);
  return { item, size };
}
