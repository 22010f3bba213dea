import * as z from 'zod';
import type { Item } from './attribute-value.ts';
import type { DynamoDbContext } from './context.ts';
import { project } from './document-path.ts';
import { bindExpressions } from './expressions.ts';
import { keyOfKey } from './item-key.ts';
import { readItem } from './read-item.ts';
import { attributeMap, attributeNames } from './request.ts';
import type { Table } from './table.ts';

/** What a read of one item may say, beside the table. */
export const readMembers = {
  Key: attributeMap,
  ProjectionExpression: z.string().optional(),
  ExpressionAttributeNames: attributeNames.optional(),
};

interface Projection {
  readonly ProjectionExpression?: string | undefined;
  readonly ExpressionAttributeNames?: Record<string, string> | undefined;
}

export function readOne(
  context: DynamoDbContext,
  table: Table,
  key: Record<string, unknown>,
  { ProjectionExpression, ExpressionAttributeNames }: Projection,
): Item | undefined {
  const { projection } = bindExpressions({ ProjectionExpression, ExpressionAttributeNames });
  const item = context.items.get(table, keyOfKey(table, readItem(key)))?.item;
  return item && projection ? project(item, projection) : item;
}
