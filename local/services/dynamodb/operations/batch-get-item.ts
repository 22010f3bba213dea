import * as z from 'zod';
import type { Item } from '../attribute-value.ts';
import type { OperationOf } from '../context.ts';
import { validation } from '../faults.ts';
import { keyOfKey } from '../item-key.ts';
import { itemSize } from '../item-size.ts';
import { readItem } from '../read-item.ts';
import { readOne } from '../read-one.ts';
import { attributeMap, attributeNames, notMetered, parseRequest, tableName } from '../request.ts';

const MOST_KEYS = 100;
const ANSWER_BYTES = 16 * 1024 * 1024;

const keysAndAttributes = z.strictObject({
  Keys: z.array(attributeMap).min(1),
  ConsistentRead: z.boolean().optional(),
  ProjectionExpression: z.string().optional(),
  ExpressionAttributeNames: attributeNames.optional(),
});
const request = z.strictObject({ RequestItems: z.record(tableName, keysAndAttributes), ...notMetered });

export const batchGetItem: OperationOf = (context, input) => {
  const { RequestItems } = parseRequest(request, input);
  const requests = Object.entries(RequestItems);
  const keys = requests.reduce((sum, [, { Keys }]) => sum + Keys.length, 0);
  if (keys === 0) throw validation('The requestItems parameter is required for BatchGetItem');
  if (keys > MOST_KEYS) throw validation('Too many items requested for the BatchGetItem call');
  for (const [name, { Keys }] of requests) {
    const table = context.tables.get(name);
    const places = Keys.map((key) => keyOfKey(table, readItem(key))).map(
      ({ pk, sort }) => `${pk.toString('hex')}/${sort.toString('hex')}`,
    );
    if (new Set(places).size < places.length) throw validation('Provided list of item keys contains duplicates');
  }

  const Responses: Record<string, Item[]> = {};
  const UnprocessedKeys: Record<string, z.infer<typeof keysAndAttributes>> = {};
  let bytes = 0;
  for (const [name, { Keys, ...members }] of requests) {
    const found: Item[] = (Responses[name] = []);
    const left: Record<string, unknown>[] = [];
    for (const key of Keys) {
      const item = bytes < ANSWER_BYTES ? readOne(context, context.tables.get(name), key, members) : undefined;
      if (bytes >= ANSWER_BYTES) left.push(key);
      if (item) found.push(item);
      bytes += item ? itemSize(item) : 0;
    }
    if (left.length > 0) UnprocessedKeys[name] = { Keys: left, ...members };
  }
  return { Responses, UnprocessedKeys };
};
