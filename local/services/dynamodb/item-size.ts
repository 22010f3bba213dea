import type { AttributeValue, Item } from './attribute-value.ts';
import { significantDigits } from './decimal.ts';

/** The most bytes that one item may have, names included. */
export const LARGEST_ITEM_BYTES = 400 * 1024;

/** Size in bytes by the rules of the developer guide: names and text in UTF-8, two digits of a number to a byte. */
export function itemSize(item: Item): number {
  let size = 0;
  for (const name of Object.keys(item)) size += Buffer.byteLength(name) + valueSize(item[name] as AttributeValue);
  return size;
}

function valueSize(value: AttributeValue): number {
  if ('S' in value) return Buffer.byteLength(value.S);
  if ('N' in value) return numberSize(value.N);
  if ('B' in value) return Buffer.byteLength(value.B, 'base64');
  if ('SS' in value) return total(value.SS, (member) => Buffer.byteLength(member));
  if ('NS' in value) return total(value.NS, numberSize);
  if ('BS' in value) return total(value.BS, (member) => Buffer.byteLength(member, 'base64'));
  if ('L' in value) return 3 + total(value.L, (member) => 1 + valueSize(member));
  if ('M' in value) return 3 + Object.keys(value.M).length + itemSize(value.M);
  return 1;
}

function numberSize(text: string): number {
  return Math.ceil(significantDigits(text) / 2) + 1 + (text.startsWith('-') ? 1 : 0);
}

function total<T>(members: readonly T[], sizeOf: (member: T) => number): number {
  let size = 0;
  for (const member of members) size += sizeOf(member);
  return size;
}
