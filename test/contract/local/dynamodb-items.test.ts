import { type AttributeValue, GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import {
  BatchGetCommand,
  BatchWriteCommand,
  DeleteCommand,
  DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type DynamoDbHost, dynamoDbHost } from './dynamodb-host.ts';

const TableName = 'main';
const Key = { pk: 'a', sk: '1' };

let host: DynamoDbHost;

beforeEach(async () => {
  host = dynamoDbHost();
  await host.createTable();
});

afterEach(() => host.close());

const put = (attributes: object, more: object = {}) =>
  host.documents.send(new PutCommand({ TableName, Item: { ...Key, ...attributes }, ...more }));
const update = (UpdateExpression: string, values?: object, more: object = {}) =>
  host.documents.send(
    new UpdateCommand({
      TableName,
      Key,
      UpdateExpression,
      ...(values ? { ExpressionAttributeValues: { ...values } } : {}),
      ...more,
    }),
  );
const roundTrip = async (value: AttributeValue) => {
  const key = { pk: { S: 'a' }, sk: { S: '1' } };
  await host.client.send(new PutItemCommand({ TableName, Item: { ...key, value } }));
  return (await host.client.send(new GetItemCommand({ TableName, Key: key }))).Item?.['value'];
};

describe('values', () => {
  it('of every type come back as they went in', async () => {
    const value: AttributeValue = {
      M: {
        text: { S: 'grüße\0' },
        bytes: { B: new Uint8Array([0, 255, 7]) },
        yes: { BOOL: false },
        nothing: { NULL: true },
        texts: { SS: ['b', 'a'] },
        numbers: { NS: ['2', '1.5'] },
        blobs: { BS: [new Uint8Array([1]), new Uint8Array([0])] },
        list: { L: [{ N: '1' }, { L: [] }, { M: {} }] },
        constructor: { S: 'an ordinary name' },
      },
    };
    expect(await roundTrip(value)).toEqual(value);
  });

  it.each([
    ['1.50', '1.5'],
    ['007', '7'],
    ['-0', '0'],
    ['1e3', '1000'],
    ['1.2E-5', '0.000012'],
    ['99999999999999999999999999999999999999', '99999999999999999999999999999999999999'],
    ['0.00000000000000000000000000000000000001', '0.00000000000000000000000000000000000001'],
  ])('number %s is kept exactly, as %s', async (given, kept) => {
    expect(await roundTrip({ N: given })).toEqual({ N: kept });
  });

  it.each([
    [{ N: 'one' }, /cannot be converted to a numeric value: one/],
    [{ N: '1'.repeat(39) }, /more than 38 significant digits/],
    [{ N: '1e126' }, /Number overflow/],
    [{ N: '1e-131' }, /Number underflow/],
    [{ SS: [] }, /may not be empty/],
    [{ SS: ['a', 'a'] }, /contains duplicates/],
    [{ NS: ['1', '1.0'] }, /contains duplicates/],
    [{ NULL: false }, /must have the value of true/],
  ] as [AttributeValue, RegExp][])('%j is refused', async (value, message) => {
    await expect(roundTrip(value)).rejects.toMatchObject({
      name: 'ValidationException',
      message: expect.stringMatching(message) as string,
    });
  });

  it('beyond 400 KB together are refused, whether put or grown by an update', async () => {
    await expect(put({ text: 'x'.repeat(400 * 1024) })).rejects.toThrow(/Item size has exceeded/);
    await put({ text: 'x'.repeat(300 * 1024) });
    await expect(update('SET more = :m', { ':m': 'x'.repeat(100 * 1024) })).rejects.toThrow(/to update has exceeded/);
  });
});

describe('keys', () => {
  it.each([
    ['a missing key attribute', { sk: undefined }, /Missing the key sk/],
    ['the wrong type', { sk: 5 }, /Type mismatch for key sk expected: S actual: N/],
    ['an empty string', { sk: '' }, /cannot contain an empty string value/],
    ['a sort key above 1024 bytes', { sk: 'x'.repeat(1025) }, /exceeded the size limit of 1024 bytes/],
    ['an index key of the wrong type', { score: 'high' }, /Type mismatch for Index Key score Expected: N Actual: S/],
  ])('with %s are refused', async (_, attributes, message) => {
    const client = DynamoDBDocumentClient.from(host.client, { marshallOptions: { removeUndefinedValues: true } });
    await expect(client.send(new PutCommand({ TableName, Item: { ...Key, ...attributes } }))).rejects.toMatchObject({
      name: 'ValidationException',
      message: expect.stringMatching(message) as string,
    });
  });

  it('of a read must be the table’s key, no more and no less', async () => {
    for (const key of [{ pk: 'a' }, { ...Key, more: 1 }]) {
      await expect(host.documents.send(new GetCommand({ TableName, Key: key }))).rejects.toThrow(
        /does not match the schema/,
      );
    }
  });

  it('cannot be changed by an update', async () => {
    await expect(update('SET sk = :s', { ':s': '2' })).rejects.toThrow(/Cannot update attribute sk/);
  });
});

describe('puts, deletes and reads', () => {
  it('answer the old item when asked', async () => {
    await put({ v: 1 });
    expect((await put({ v: 2 }, { ReturnValues: 'ALL_OLD' })).Attributes).toEqual({ ...Key, v: 1 });
    const gone = await host.documents.send(new DeleteCommand({ TableName, Key, ReturnValues: 'ALL_OLD' }));
    expect(gone.Attributes).toEqual({ ...Key, v: 2 });
    const again = await host.documents.send(new DeleteCommand({ TableName, Key, ReturnValues: 'ALL_OLD' }));
    expect(again.Attributes).toBeUndefined();
  });

  it('project nested attributes', async () => {
    await put({ doc: { a: 1, b: { c: 2 } }, elems: [1, 2, 3], rest: 'x' });
    const { Item } = await host.documents.send(
      new GetCommand({
        TableName,
        Key,
        ProjectionExpression: '#m.b.c, elems[2], elems[0], absent',
        ExpressionAttributeNames: { '#m': 'doc' },
      }),
    );
    expect(Item).toEqual({ doc: { b: { c: 2 } }, elems: [1, 3] });
  });

  it('refuse the parameters that expressions replaced', async () => {
    await expect(put({}, { Expected: { pk: { Exists: false } } })).rejects.toThrow(/does not support.*Expected/);
  });
});

describe('batches', () => {
  it('write and read many items', async () => {
    const items = Array.from({ length: 25 }, (_, n) => ({ pk: `p${n}`, sk: 's', n }));
    const requests = items.map((Item) => ({ PutRequest: { Item } }));
    const written = await host.documents.send(new BatchWriteCommand({ RequestItems: { [TableName]: requests } }));
    expect(written.UnprocessedItems).toEqual({});
    const Keys = [...items.map(({ pk, sk }) => ({ pk, sk })), { pk: 'absent', sk: 's' }];
    const read = await host.documents.send(new BatchGetCommand({ RequestItems: { [TableName]: { Keys } } }));
    expect(read.Responses?.[TableName]).toEqual(items);
    expect(read.UnprocessedKeys).toEqual({});
  });

  it('answer at most 16 MB, and name the keys that are left', async () => {
    const big = 'x'.repeat(390 * 1024);
    const Keys = Array.from({ length: 45 }, (_, n) => ({ pk: `p${n}`, sk: 's' }));
    for (const key of Keys) await host.documents.send(new PutCommand({ TableName, Item: { ...key, big } }));
    const read = await host.documents.send(new BatchGetCommand({ RequestItems: { [TableName]: { Keys } } }));
    const got = read.Responses?.[TableName]?.length ?? 0;
    expect(got).toBe(43);
    expect(read.UnprocessedKeys?.[TableName]?.Keys).toEqual(Keys.slice(got));
  });

  it('refuse two writes of one item, and more than 25', async () => {
    const request = { PutRequest: { Item: Key } };
    const send = (requests: (typeof request)[]) =>
      host.documents.send(new BatchWriteCommand({ RequestItems: { [TableName]: requests } }));
    await expect(send([request, request])).rejects.toThrow(/contains duplicates/);
    const many = Array.from({ length: 26 }, (_, n) => ({ PutRequest: { Item: { pk: `p${n}`, sk: 's' } } }));
    await expect(send(many)).rejects.toMatchObject({ name: 'ValidationException' });
  });
});
