import { isDeepStrictEqual } from 'node:util';
import type { Item, Key } from './table.ts';

/** An update that writes only what differs, on condition of the revision that was read. */
export function updateOf(table: string, key: Key, before: Item, after: Item, expectedRev: number) {
  const names: Record<string, string> = { '#rev': 'rev' };
  const values: Record<string, unknown> = { ':expected': expectedRev };
  const set: string[] = [];
  const remove: string[] = [];
  for (const attribute of new Set([...Object.keys(before), ...Object.keys(after)])) {
    if (attribute === 'pk' || attribute === 'sk') continue;
    if (isDeepStrictEqual(before[attribute], after[attribute])) continue;
    names[`#${attribute}`] = attribute;
    if (after[attribute] === undefined) {
      remove.push(`#${attribute}`);
    } else {
      values[`:${attribute}`] = after[attribute];
      set.push(`#${attribute} = :${attribute}`);
    }
  }
  return {
    TableName: table,
    Key: key,
    UpdateExpression: [set.length > 0 && `SET ${set.join(', ')}`, remove.length > 0 && `REMOVE ${remove.join(', ')}`]
      .filter(Boolean)
      .join(' '),
    ConditionExpression: '#rev = :expected',
    ExpressionAttributeNames: names,
    ExpressionAttributeValues: values,
  };
}
