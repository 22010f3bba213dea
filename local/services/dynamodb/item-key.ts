import { type AttributeValue, type Item, scalarText, typeOf } from './attribute-value.ts';
import { attribute } from './document-path.ts';
import { validation } from './faults.ts';
import { partitionBytes, sortBytes } from './key-bytes.ts';
import type { KeyAttribute, KeySchema, SecondaryIndex, Table } from './table.ts';

/** Where an item, or its row in an index, is kept. */
export interface ItemKey {
  readonly pk: Buffer;
  readonly sort: Buffer;
}

const LONGEST_HASH_BYTES = 2048;
const LONGEST_RANGE_BYTES = 1024;
const MISMATCH = 'The provided key element does not match the schema';

/** The key of `Key` members: exactly the table's key attributes. */
export function keyOfKey(table: Table, key: Item): ItemKey {
  if (Object.keys(key).length !== table.key.attributes.length) throw validation(MISMATCH);
  for (const { name, type } of table.key.attributes) {
    const value = attribute(key, name);
    if (!value || typeOf(value) !== type) throw validation(MISMATCH);
  }
  return checkedKey(table, key);
}

/** The key of a whole item. */
export function keyOfItem(table: Table, item: Item): ItemKey {
  for (const { name, type } of table.key.attributes) {
    const value = attribute(item, name);
    if (!value) throw validation(`One or more parameter values were invalid: Missing the key ${name} in the item`);
    if (typeOf(value) !== type) {
      throw validation(
        `One or more parameter values were invalid: Type mismatch for key ${name} expected: ${type} actual: ${typeOf(value)}`,
      );
    }
  }
  return checkedKey(table, item);
}

/** The row of an item in an index; none when the item lacks one of the index keys (the index is sparse). */
export function keyInIndex(table: Table, index: SecondaryIndex, item: Item): ItemKey | undefined {
  if (index.key.attributes.some(({ name }) => !attribute(item, name))) return undefined;
  const own = keyIn(index.key, item);
  const [hash, range] = table.key.attributes.map(({ name }) => attribute(item, name));
  return { pk: own.pk, sort: Buffer.concat([own.sort, sortBytes(hash), sortBytes(range)]) };
}

/** @throws ServiceFault ValidationException when an attribute that is a key of an index cannot be one */
export function checkIndexKeys(table: Table, item: Item): void {
  for (const index of table.indexes) {
    for (const key of index.key.attributes) {
      const value = attribute(item, key.name);
      if (!value) continue;
      if (typeOf(value) !== key.type) {
        throw validation(
          `One or more parameter values were invalid: Type mismatch for Index Key ${key.name} ` +
            `Expected: ${key.type} Actual: ${typeOf(value)} IndexName: ${index.name}`,
        );
      }
      checkLength(key, key === index.key.hash, value, ` IndexName: ${index.name}, IndexKey: ${key.name}`);
    }
  }
}

/** Key bytes for attributes that are known to be there and of the right type. */
export function keyIn(schema: KeySchema, item: Item): ItemKey {
  return {
    pk: partitionBytes(attribute(item, schema.hash.name) as AttributeValue),
    sort: sortBytes(schema.range && attribute(item, schema.range.name)),
  };
}

function checkedKey(table: Table, item: Item): ItemKey {
  for (const key of table.key.attributes) {
    checkLength(key, key === table.key.hash, attribute(item, key.name) as AttributeValue, ` Key: ${key.name}`);
  }
  return keyIn(table.key, item);
}

function checkLength(key: KeyAttribute, isHash: boolean, value: AttributeValue, where: string): void {
  if (key.type === 'N') return;
  const bytes = Buffer.byteLength(scalarText(value) ?? '', key.type === 'B' ? 'base64' : 'utf8');
  if (bytes === 0) {
    throw validation(
      'One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an empty ' +
        `${key.type === 'S' ? 'string' : 'binary'} value.${where}`,
    );
  }
  if (isHash && bytes > LONGEST_HASH_BYTES) {
    throw validation(
      'One or more parameter values were invalid: Size of hashkey has exceeded the maximum size limit of2048 bytes',
    );
  }
  if (!isHash && bytes > LONGEST_RANGE_BYTES) {
    throw validation(
      'One or more parameter values were invalid: Aggregated size of all range keys has exceeded the size limit of 1024 bytes',
    );
  }
}
