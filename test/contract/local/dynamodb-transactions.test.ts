import { TransactionCanceledException } from '@aws-sdk/client-dynamodb';
import {
  GetCommand,
  PutCommand,
  ScanCommand,
  TransactGetCommand,
  TransactWriteCommand,
  type TransactWriteCommandInput,
} from '@aws-sdk/lib-dynamodb';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type DynamoDbHost, dynamoDbHost } from './dynamodb-host.ts';

const TableName = 'main';
type Writes = NonNullable<TransactWriteCommandInput['TransactItems']>;

let host: DynamoDbHost;

beforeEach(async () => {
  host = dynamoDbHost();
  await host.createTable();
  await host.documents.send(new PutCommand({ TableName, Item: { pk: 'a', sk: '1', rev: 1 } }));
});

afterEach(() => host.close());

const send = (TransactItems: Writes, ClientRequestToken?: string) =>
  host.documents.send(new TransactWriteCommand({ TransactItems, ClientRequestToken }));
const get = async (pk: string) => (await host.documents.send(new GetCommand({ TableName, Key: { pk, sk: '1' } }))).Item;
const put = (pk: string, more: object = {}): Writes[number] => ({ Put: { TableName, Item: { pk, sk: '1', ...more } } });
const count: Writes[number] = {
  Update: {
    TableName,
    Key: { pk: 'n', sk: '1' },
    UpdateExpression: 'ADD n :one',
    ExpressionAttributeValues: { ':one': 1 },
  },
};

describe('a transaction', () => {
  it('does all of its writes', async () => {
    await send([put('gone')]);
    await send([
      put('b', { owner: 'me', score: 1 }),
      count,
      { Delete: { TableName, Key: { pk: 'gone', sk: '1' } } },
      {
        ConditionCheck: {
          TableName,
          Key: { pk: 'a', sk: '1' },
          ConditionExpression: 'rev = :r',
          ExpressionAttributeValues: { ':r': 1 },
        },
      },
    ]);
    expect(await get('b')).toMatchObject({ owner: 'me' });
    expect(await get('n')).toMatchObject({ n: 1 });
    expect(await get('gone')).toBeUndefined();
    expect(await get('a')).toEqual({ pk: 'a', sk: '1', rev: 1 });
  });

  it('does none of them when one condition fails, and gives a reason for each', async () => {
    const failure: unknown = await send([
      put('b', { owner: 'me', score: 1 }),
      {
        Put: {
          TableName,
          Item: { pk: 'a', sk: '1', rev: 2 },
          ConditionExpression: 'attribute_not_exists(pk)',
          ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
        },
      },
      { ConditionCheck: { TableName, Key: { pk: 'none', sk: '1' }, ConditionExpression: 'attribute_exists(pk)' } },
    ]).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(TransactionCanceledException);
    expect(failure).toMatchObject({
      message: expect.stringContaining('[None, ConditionalCheckFailed, ConditionalCheckFailed]') as string,
      CancellationReasons: [
        { Code: 'None' },
        { Code: 'ConditionalCheckFailed', Message: 'The conditional request failed', Item: { rev: { N: '1' } } },
        { Code: 'ConditionalCheckFailed' },
      ],
    });
    expect((await host.documents.send(new ScanCommand({ TableName }))).Items).toEqual([{ pk: 'a', sk: '1', rev: 1 }]);
    expect(host.service.streams.read(TableName, 0, 10)).toHaveLength(1);
  });

  it('is cancelled by a write that the data makes invalid', async () => {
    await expect(
      send([put('b'), { Update: { TableName, Key: { pk: 'a', sk: '1' }, UpdateExpression: 'SET x = absent' } }]),
    ).rejects.toMatchObject({
      name: 'TransactionCanceledException',
      CancellationReasons: [{ Code: 'None' }, { Code: 'ValidationError' }],
    });
    expect(await get('b')).toBeUndefined();
  });

  it('may not name one item twice, nor more than a hundred', async () => {
    await expect(send([put('b'), { Delete: { TableName, Key: { pk: 'b', sk: '1' } } }])).rejects.toMatchObject({
      name: 'ValidationException',
      message: 'Transaction request cannot include multiple operations on one item',
    });
    await expect(send(Array.from({ length: 101 }, (_, n) => put(`p${n}`)))).rejects.toThrow(
      /less than or equal to 100/,
    );
    await send(Array.from({ length: 100 }, (_, n) => put(`p${n}`)));
    expect(await get('p99')).toBeDefined();
  });

  it('with a member that is not known, or with two writes in one place, is refused by name', async () => {
    // The stock client drops a member that it does not know itself, so this one goes to the service as it is.
    const odd = { Put: { TableName, Item: { pk: { S: 'b' }, sk: { S: '1' } }, Expected: {} } };
    const answer = await host.service.handle({
      method: 'POST',
      path: '/',
      query: new URLSearchParams(),
      headers: { 'x-amz-target': 'DynamoDB_20120810.TransactWriteItems' },
      body: Buffer.from(JSON.stringify({ TransactItems: [odd] })),
    });
    expect(answer.status).toBe(400);
    expect(Buffer.from(answer.body).toString()).toMatch(/ValidationException.*TransactItems\.0\.Put\.Expected/);
    const two = { ...put('b'), Delete: { TableName, Key: { pk: 'a', sk: '1' } } };
    await expect(send([two])).rejects.toThrow(/only contain one of/);
  });

  it('is checked as a whole before anything is read', async () => {
    await expect(
      send([put('b'), { Delete: { TableName, Key: { pk: 'a', sk: '1' }, ConditionExpression: 'rev =' } }]),
    ).rejects.toMatchObject({ name: 'ValidationException' });
    await expect(send([put('b'), { Put: { TableName: 'absent', Item: {} } }])).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
    });
  });
});

describe('a client request token', () => {
  it('makes a repeated transaction take effect once, for ten minutes', async () => {
    await send([count], 'once');
    await send([count], 'once');
    expect(await get('n')).toMatchObject({ n: 1 });
    await host.clock.advance(10 * 60_000 + 1);
    await send([count], 'once');
    expect(await get('n')).toMatchObject({ n: 2 });
  });

  it('cannot be used for another request', async () => {
    await send([count], 'once');
    await expect(send([put('b')], 'once')).rejects.toMatchObject({ name: 'IdempotentParameterMismatchException' });
  });

  it('of a cancelled transaction may be used again', async () => {
    const guarded: Writes = [
      { Put: { TableName, Item: { pk: 'b', sk: '1' }, ConditionExpression: 'attribute_not_exists(pk)' } },
      { ConditionCheck: { TableName, Key: { pk: 'go', sk: '1' }, ConditionExpression: 'attribute_exists(pk)' } },
    ];
    await expect(send(guarded, 'again')).rejects.toThrow();
    await send([put('go')]);
    await send(guarded, 'again');
    expect(await get('b')).toBeDefined();
  });
});

describe('a reading transaction', () => {
  it('answers in the order asked, with nothing for an absent item', async () => {
    const { Responses } = await host.documents.send(
      new TransactGetCommand({
        TransactItems: [
          { Get: { TableName, Key: { pk: 'none', sk: '1' } } },
          { Get: { TableName, Key: { pk: 'a', sk: '1' }, ProjectionExpression: 'rev' } },
        ],
      }),
    );
    expect(Responses).toEqual([{}, { Item: { rev: 1 } }]);
  });
});
