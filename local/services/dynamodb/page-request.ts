import * as z from 'zod';
import { type Item, typeOf } from './attribute-value.ts';
import { attribute } from './document-path.ts';
import { type BoundExpressions, bindExpressions } from './expressions.ts';
import { validation } from './faults.ts';
import { type ItemKey, keyInIndex, keyOfKey } from './item-key.ts';
import { type PagePlan, startKeyNames } from './page.ts';
import { readItem } from './read-item.ts';
import { attributeMap, attributeNames, notMetered, tableName } from './request.ts';
import type { SecondaryIndex, Table } from './table.ts';

/** The members that Query and Scan share. */
export const pageMembers = {
  TableName: tableName,
  IndexName: z.string().optional(),
  Select: z.enum(['ALL_ATTRIBUTES', 'ALL_PROJECTED_ATTRIBUTES', 'SPECIFIC_ATTRIBUTES', 'COUNT']).optional(),
  Limit: z.number().int().min(1).optional(),
  ConsistentRead: z.boolean().optional(),
  ExclusiveStartKey: attributeMap.optional(),
  FilterExpression: z.string().optional(),
  ProjectionExpression: z.string().optional(),
  ExpressionAttributeNames: attributeNames.optional(),
  ExpressionAttributeValues: attributeMap.optional(),
  ...notMetered,
};

const pageRequest = z.object({ ...pageMembers, KeyConditionExpression: z.string().optional() });
export type PageRequest = z.infer<typeof pageRequest>;

export interface PageStart {
  readonly key: Item;
  /** Where the row with this key is, or would be. */
  readonly at: ItemKey;
}

/** @throws ServiceFault ValidationException for what the table or the index cannot answer */
export function planPage(table: Table, request: PageRequest): PagePlan & { readonly start: PageStart | undefined } {
  const index = findIndex(table, request);
  const expressions = bindExpressions({
    KeyConditionExpression: request.KeyConditionExpression,
    FilterExpression: request.FilterExpression,
    ProjectionExpression: request.ProjectionExpression,
    ExpressionAttributeNames: request.ExpressionAttributeNames,
    ExpressionAttributeValues: request.ExpressionAttributeValues,
  });
  checkSelect(request, index, expressions);
  return {
    table,
    index,
    limit: request.Limit,
    countOnly: request.Select === 'COUNT',
    expressions,
    start: request.ExclusiveStartKey && readStart(table, index, readItem(request.ExclusiveStartKey)),
  };
}

function findIndex(table: Table, { IndexName, ConsistentRead }: PageRequest): SecondaryIndex | undefined {
  if (IndexName === undefined) return undefined;
  const index = table.indexes.find(({ name }) => name === IndexName);
  if (!index) throw validation(`The table does not have the specified index: ${IndexName}`);
  if (ConsistentRead) throw validation('Consistent reads are not supported on global secondary indexes');
  return index;
}

function checkSelect(
  { Select }: PageRequest,
  index: SecondaryIndex | undefined,
  { projection }: BoundExpressions,
): void {
  if (projection && Select !== undefined && Select !== 'SPECIFIC_ATTRIBUTES') {
    throw validation(`Cannot specify the ProjectionExpression when choosing to get ${Select}`);
  }
  if (Select === 'SPECIFIC_ATTRIBUTES' && !projection) {
    throw validation(
      'Must specify the AttributesToGet or ProjectionExpression when choosing to get SPECIFIC_ATTRIBUTES',
    );
  }
  if (Select === 'ALL_PROJECTED_ATTRIBUTES' && !index) {
    throw validation('ALL_PROJECTED_ATTRIBUTES can be used only when Querying using an IndexName');
  }
  if (!index?.projected) return;
  if (Select === 'ALL_ATTRIBUTES') {
    throw validation(
      'One or more parameter values were invalid: Select type ALL_ATTRIBUTES is not supported for global secondary index ' +
        `${index.name} because its projection type is not ALL`,
    );
  }
  const absent = (projection ?? []).map(([head]) => String(head)).filter((head) => !index.projected?.has(head));
  if (absent.length > 0) {
    throw validation(
      `One or more parameter values were invalid: Global secondary index ${index.name} does not project [${absent.join(', ')}]`,
    );
  }
}

function readStart(table: Table, index: SecondaryIndex | undefined, key: Item): PageStart {
  const invalid = (): Error => validation('The provided starting key is invalid');
  const names = startKeyNames(table, index);
  if (Object.keys(key).length !== names.size) throw invalid();
  for (const { name, type } of [...table.key.attributes, ...(index?.key.attributes ?? [])]) {
    const value = attribute(key, name);
    if (!value || typeOf(value) !== type) throw invalid();
  }
  const own = Object.fromEntries(table.key.attributes.map(({ name }) => [name, attribute(key, name)])) as Item;
  const at = keyOfKey(table, own);
  return { key, at: (index && keyInIndex(table, index, key)) ?? at };
}
