import type { AttributeValue } from './attribute-value.ts';
import { numberBytes } from './decimal.ts';

/*
 * Keys are BLOBs, which SQLite compares byte by byte: UTF-8 for text, the bytes themselves for binary, an order-preserving form for
 * numbers. A sort key is followed by 00 00, with each 00 inside written 00 FF, so that in an index row the key of the item can come
 * after it without disturbing the order: a key that ends sorts before one that goes on.
 */
const END = Buffer.from([0x00, 0x00]);
const AFTER_END = Buffer.from([0x00, 0x01]);

/** Sorts after every sort key: one byte longer than the longest key of 0xFF alone. */
const TOP = Buffer.alloc(1025, 0xff);

export function partitionBytes(value: AttributeValue): Buffer {
  if ('S' in value) return Buffer.from(value.S);
  if ('N' in value) return numberBytes(value.N);
  if ('B' in value) return Buffer.from(value.B, 'base64');
  throw new Error('A key of another type than S, N and B passed the checks.');
}

/** The sort key, closed; an absent one is closed too. */
export function sortBytes(value: AttributeValue | undefined): Buffer {
  if (value === undefined) return END;
  if ('S' in value && !value.S.includes('\0')) return Buffer.from(`${value.S}\0\0`);
  return Buffer.concat([open(value), END]);
}

export type SortCondition =
  | { readonly kind: 'all' }
  | { readonly kind: 'equal' | 'less' | 'atMost' | 'more' | 'atLeast' | 'prefix'; readonly value: AttributeValue }
  | { readonly kind: 'between'; readonly low: AttributeValue; readonly high: AttributeValue };

/** From `low`, inclusive, to `high`, exclusive. */
export interface SortRange {
  readonly low: Buffer;
  readonly high: Buffer;
}

export function sortRange(condition: SortCondition): SortRange {
  const bottom = Buffer.alloc(0);
  switch (condition.kind) {
    case 'all':
      return { low: bottom, high: TOP };
    case 'equal':
      return { low: open(condition.value), high: past(condition.value) };
    case 'less':
      return { low: bottom, high: open(condition.value) };
    case 'atMost':
      return { low: bottom, high: past(condition.value) };
    case 'more':
      return { low: past(condition.value), high: TOP };
    case 'atLeast':
      return { low: open(condition.value), high: TOP };
    case 'between':
      return { low: open(condition.low), high: past(condition.high) };
    default: {
      const low = open(condition.value);
      return { low, high: pastPrefix(low) };
    }
  }
}

/** The first key after `sort`. */
export function justAfter(sort: Uint8Array): Buffer {
  return Buffer.concat([sort, Buffer.from([0])]);
}

/** Before every key that is equal to `value` and after every smaller one. */
function open(value: AttributeValue): Buffer {
  const raw = partitionBytes(value);
  if (!raw.includes(0)) return raw;
  return Buffer.from([...raw].flatMap((byte) => (byte === 0 ? [0x00, 0xff] : [byte])));
}

function past(value: AttributeValue): Buffer {
  return Buffer.concat([open(value), AFTER_END]);
}

function pastPrefix(prefix: Buffer): Buffer {
  for (let at = prefix.length - 1; at >= 0; at--) {
    const byte = prefix[at] as number;
    if (byte < 0xff) return Buffer.concat([prefix.subarray(0, at), Buffer.from([byte + 1])]);
  }
  return TOP;
}
