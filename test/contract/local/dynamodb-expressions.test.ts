import { ConditionalCheckFailedException, PutItemCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { GetCommand, PutCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
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
const get = async () => (await host.documents.send(new GetCommand({ TableName, Key }))).Item;
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
describe('conditions', () => {
  const holds = async (ConditionExpression: string, values?: object, names?: Record<string, string>) => {
    try {
      await put({ n: 5, txt: 'hello', tags: new Set(['x', 'y']), elems: [1, { deep: true }], doc: { a: 1 } });
      await host.documents.send(
        new UpdateCommand({
          TableName,
          Key,
          ConditionExpression,
          UpdateExpression: 'SET seen = txt',
          ...(values ? { ExpressionAttributeValues: { ...values } } : {}),
          ...(names ? { ExpressionAttributeNames: names } : {}),
        }),
      );
      return true;
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) return false;
      throw error;
    }
  };

  it.each([
    ['n = :v', { ':v': 5 }],
    ['n <> :v', { ':v': '5' }],
    ['absent <> :v', { ':v': 1 }],
    ['n > :v', { ':v': 4.999 }],
    ['n BETWEEN :a AND :b', { ':a': 5, ':b': 10 }],
    ['n IN (:a, :b)', { ':a': 1, ':b': 5 }],
    ['attribute_exists(doc.a) AND attribute_not_exists(doc.b)', undefined],
    ['attribute_type(tags, :t)', { ':t': 'SS' }],
    ['begins_with(#t, :p)', { ':p': 'hel' }],
    ['contains(tags, :x) AND contains(#t, :l)', { ':x': 'x', ':l': 'ell' }],
    ['size(elems) = :two AND elems[1].deep = :true', { ':two': 2, ':true': true }],
    ['NOT (n < :v OR n = :w)', { ':v': 5, ':w': 6 }],
    ['attribute_not_exists(hasOwnProperty)', undefined],
  ])('%s holds', async (expression, values) => {
    expect(await holds(expression, values, expression.includes('#t') ? { '#t': 'txt' } : undefined)).toBe(true);
  });

  it.each([
    ['n = :v', { ':v': '5' }],
    ['n < :v', { ':v': 'a text is never above a number' }],
    ['absent = :v', { ':v': 1 }],
    ['begins_with(n, :v)', { ':v': '5' }],
    ['elems[7] = :v', { ':v': 1 }],
    ['attribute_exists(toString)', undefined],
  ])('%s does not hold', async (expression, values) => {
    expect(await holds(expression, values)).toBe(false);
  });

  it('are bound to the values of each request, though the expression is parsed once', async () => {
    expect(await holds('n = :v', { ':v': 5 })).toBe(true);
    expect(await holds('n = :v', { ':v': 6 })).toBe(false);
    expect(await holds('n BETWEEN :a AND :b', { ':a': 1, ':b': 9 })).toBe(true);
    await expect(holds('n BETWEEN :a AND :b', { ':a': 9, ':b': 1 })).rejects.toThrow(
      /upper bound to be greater than or equal to lower bound.*\{N:9\}/,
    );
  });

  it.each([
    ['n = ', { ':v': 1 }, /Syntax error/],
    ['n = :w', { ':v': 1 }, /attribute value: :w/],
    ['n = :v', { ':v': 1, ':unused': 2 }, /unused in expressions: keys: \{:unused\}/],
    ['n = :v AND name = :v', { ':v': 1 }, /reserved keyword: name/],
    ['((n = :v))', { ':v': 1 }, /redundant parentheses/],
    ['attribute_type(n, :v)', { ':v': 'number' }, /Invalid attribute type name found; type: number/],
  ])('%s is refused in the words of DynamoDB', async (expression, values, words) => {
    await expect(holds(expression, values)).rejects.toMatchObject({
      name: 'ValidationException',
      message: expect.stringMatching(words) as string,
    });
  });

  it('that fail answer the item when asked, and change nothing', async () => {
    await put({ rev: 3 });
    const failure = put(
      { rev: 4 },
      {
        ConditionExpression: 'rev = :r',
        ExpressionAttributeValues: { ':r': 2 },
        ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
      },
    );
    await expect(failure).rejects.toMatchObject({
      name: 'ConditionalCheckFailedException',
      message: 'The conditional request failed',
      Item: { pk: { S: 'a' }, sk: { S: '1' }, rev: { N: '3' } },
    });
    const silent = put({ rev: 4 }, { ConditionExpression: 'attribute_not_exists(pk)' });
    await expect(silent).rejects.toSatisfy((error: ConditionalCheckFailedException) => error.Item === undefined);
    expect(await get()).toEqual({ ...Key, rev: 3 });
  });
});

describe('updates', () => {
  it('set, count, append and remove in one expression, all reading the item as it was', async () => {
    await put({
      n: 1,
      elems: ['a', 'b', 'c', 'd'],
      doc: { stay: 1, gone: 2 },
      former: 'was',
      tags: new Set(['x', 'y']),
    });
    await update(
      'SET n = n + :one, twin = n, doc.fresh = if_not_exists(doc.nope, :one), elems[9] = :e, taken = former ' +
        'REMOVE elems[0], elems[2], doc.gone, former ADD hits :one DELETE tags :x',
      { ':one': 1, ':e': 'e', ':x': new Set(['x']) },
    );
    expect(await get()).toEqual({
      ...Key,
      n: 2,
      twin: 1,
      elems: ['b', 'd', 'e'],
      doc: { stay: 1, fresh: 1 },
      taken: 'was',
      hits: 1,
      tags: new Set(['y']),
    });
  });

  it('of an item that is not there make one from its key', async () => {
    await update('SET a = list_append(:l, :l) ADD tags :t', { ':l': [1], ':t': new Set(['x']) });
    expect(await get()).toEqual({ ...Key, a: [1, 1], tags: new Set(['x']) });
  });

  it('remove a set with its last member', async () => {
    await put({ tags: new Set(['x']) });
    await update('DELETE tags :t', { ':t': new Set(['x', 'y']) });
    expect(await get()).toEqual(Key);
  });

  it('add numbers without losing a digit', async () => {
    const key = { pk: { S: 'a' }, sk: { S: '1' } };
    await host.client.send(new PutItemCommand({ TableName, Item: { ...key, n: { N: '9007199254740993.1' } } }));
    const { Attributes } = await host.client.send(
      new UpdateItemCommand({
        TableName,
        Key: key,
        UpdateExpression: 'SET n = n - :v',
        ExpressionAttributeValues: { ':v': { N: '-0.0000000001' } },
        ReturnValues: 'UPDATED_NEW',
      }),
    );
    expect(Attributes).toEqual({ n: { N: '9007199254740993.1000000001' } });
  });

  it.each([
    ['SET a = absent', undefined, /refers to an attribute that does not exist/],
    ['SET nope.deep = :v', { ':v': 1 }, /document path provided in the update expression is invalid/],
    ['ADD txt :v', { ':v': 1 }, /incorrect data type/],
    ['SET score = :v', { ':v': 'high' }, /Type mismatch for Index Key score/],
    ['SET a = :v, a.b = :v', { ':v': 1 }, /Two document paths overlap/],
  ])('%s is refused', async (expression, values, message) => {
    await put({ txt: 'x' });
    await expect(update(expression, values)).rejects.toMatchObject({
      name: 'ValidationException',
      message: expect.stringMatching(message) as string,
    });
  });

  it.each([
    ['NONE', undefined],
    ['ALL_OLD', { ...Key, a: 1, doc: { x: 1, y: 2 } }],
    ['UPDATED_OLD', { a: 1, doc: { x: 1 } }],
    ['ALL_NEW', { ...Key, a: 2, doc: { x: 5, y: 2 } }],
    ['UPDATED_NEW', { a: 2, doc: { x: 5 } }],
  ])('answer %s', async (ReturnValues, expected) => {
    await put({ a: 1, doc: { x: 1, y: 2 } });
    const { Attributes } = await update('SET a = :a, doc.x = :x', { ':a': 2, ':x': 5 }, { ReturnValues });
    expect(Attributes).toEqual(expected);
  });
});
