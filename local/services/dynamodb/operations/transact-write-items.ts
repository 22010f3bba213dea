import * as z from 'zod';
import { ServiceFault } from '../../../gateway/wire.ts';
import { transaction } from '../../../store.ts';
import type { DynamoDbContext } from '../context.ts';
import { validation } from '../faults.ts';
import type { ItemKey } from '../item-key.ts';
import type { ItemChange } from '../item-store.ts';
import { attributeMap, conditionMembers, noCollections, notMetered, parseRequest, tableName } from '../request.ts';
import { digestOf } from '../request-tokens.ts';
import { cancelled, NO_REASON, type CancellationReason, reasonOf } from '../transaction-cancelled.ts';
import { decideWrite, keyOfWrite, prepareWrite, type Write } from '../write.ts';

const MOST_BYTES = 4 * 1024 * 1024;

const members = { TableName: tableName, ...conditionMembers };
// Optional members and a count of them instead of a union, whose refusal could not name the member that is at fault.
const transactItem = z.strictObject({
  Put: z.strictObject({ ...members, Item: attributeMap }).optional(),
  Update: z.strictObject({ ...members, Key: attributeMap, UpdateExpression: z.string() }).optional(),
  Delete: z.strictObject({ ...members, Key: attributeMap }).optional(),
  ConditionCheck: z.strictObject({ ...members, Key: attributeMap, ConditionExpression: z.string() }).optional(),
});
type TransactItem = z.infer<typeof transactItem>;

const request = z.strictObject({
  TransactItems: z.array(transactItem).min(1).max(100, 'Member must have length less than or equal to 100'),
  ClientRequestToken: z.string().min(1).max(36).optional(),
  ...notMetered,
  ...noCollections,
});

/** All writes or none: every one is decided on the data as it was, and nothing is written unless all may be. */
export function transactWriteItems(context: DynamoDbContext, input: Record<string, unknown>): object {
  // Before anything reads the items, because reading makes their numbers canonical.
  const digest = input['ClientRequestToken'] === undefined ? '' : digestOf(input['TransactItems']);
  const { TransactItems, ClientRequestToken: token } = parseRequest(request, input);
  const writes = TransactItems.map((item) => prepare(context, item));

  transaction(context.store, () => {
    if (token !== undefined && context.tokens.isReplay(token, digest)) return;
    for (const change of decideAll(context, writes)) context.items.apply(change);
    if (token !== undefined) context.tokens.remember(token, digest);
  });
  context.log.announce();
  return {};
}

function prepare({ tables }: DynamoDbContext, item: TransactItem): Write {
  const { Put, Update, Delete, ConditionCheck: Check } = item;
  const writes = [
    Put && (() => prepareWrite('put', tables.get(Put.TableName), Put.Item, Put)),
    Update && (() => prepareWrite('update', tables.get(Update.TableName), Update.Key, Update)),
    Delete && (() => prepareWrite('delete', tables.get(Delete.TableName), Delete.Key, Delete)),
    Check && (() => prepareWrite('check', tables.get(Check.TableName), Check.Key, Check)),
  ].filter((write) => write !== undefined);
  const [write] = writes;
  if (!write || writes.length > 1) {
    throw validation('TransactItems can only contain one of Check, Put, Update or Delete');
  }
  return write();
}

function decideAll(context: DynamoDbContext, writes: readonly Write[]): ItemChange[] {
  const keys = writes.map((write) => attempt(() => keyOfWrite(write)));
  refuseTwoOnOneItem(writes, keys);
  const changes = keys.map((key, index) => {
    if ('Code' in key) return key;
    const write = writes[index] as Write;
    return attempt(() => decideWrite(write, key, context.items.get(write.table, key)));
  });
  const reasons = changes.map((change) => ('Code' in change ? change : NO_REASON));
  if (reasons.some((reason) => reason !== NO_REASON)) throw cancelled(reasons);
  const decided = changes.filter((change): change is ItemChange => !('Code' in change));
  if (decided.reduce((sum, { next }) => sum + (next?.size ?? 0), 0) > MOST_BYTES) {
    throw validation('The aggregate size of the items in the transaction cannot exceed 4 MB');
  }
  return decided;
}

function attempt<T>(work: () => T): T | CancellationReason {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof ServiceFault)) throw error;
    return reasonOf(error);
  }
}

function refuseTwoOnOneItem(writes: readonly Write[], keys: readonly (ItemKey | CancellationReason)[]): void {
  const seen = new Set<string>();
  keys.forEach((key, index) => {
    if ('Code' in key) return;
    const place = `${writes[index]?.table.id}/${key.pk.toString('latin1')}/${key.sort.toString('latin1')}`;
    if (seen.has(place)) throw validation('Transaction request cannot include multiple operations on one item');
    seen.add(place);
  });
}
