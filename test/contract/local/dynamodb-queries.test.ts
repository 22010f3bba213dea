import { DescribeTableCommand } from '@aws-sdk/client-dynamodb';
import {
  DeleteCommand,
  paginateQuery,
  paginateScan,
  PutCommand,
  QueryCommand,
  ScanCommand,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb';
import * as fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { numberBytes } from '#local/services/dynamodb/decimal.ts';
import { type DynamoDbHost, dynamoDbHost } from './dynamodb-host.ts';

const TableName = 'main';

let host: DynamoDbHost;

beforeEach(async () => {
  host = dynamoDbHost();
  await host.createTable();
});

afterEach(() => host.close());

const put = (Item: Record<string, unknown>) => host.documents.send(new PutCommand({ TableName, Item }));
const query = (KeyConditionExpression: string, values: object, more: object = {}) =>
  host.documents.send(
    new QueryCommand({ TableName, KeyConditionExpression, ExpressionAttributeValues: { ...values }, ...more }),
  );
const sortKeys = async (condition: string, values: object, more: object = {}) =>
  (await query(`pk = :p${condition}`, { ':p': 'p', ...values }, more)).Items?.map(({ sk }) => sk as string);

describe('a partition', () => {
  beforeEach(async () => {
    for (const sk of ['b', 'a', 'é', 'ab', '😀', 'ab\0c', '\uffee', 'B']) await put({ pk: 'p', sk });
    await put({ pk: 'other', sk: 'a' });
  });
  const inOrder = ['B', 'a', 'ab', 'ab\0c', 'b', 'é', '\uffee', '😀'];

  it('is read in the byte order of UTF-8, forward and backward', async () => {
    expect(await sortKeys('', {})).toEqual(inOrder);
    expect(await sortKeys('', {}, { ScanIndexForward: false })).toEqual(inOrder.toReversed());
  });

  it.each([
    [' AND sk = :a', { ':a': 'ab' }, ['ab']],
    [' AND sk < :a', { ':a': 'ab' }, ['B', 'a']],
    [' AND sk <= :a', { ':a': 'ab' }, ['B', 'a', 'ab']],
    [' AND sk > :a', { ':a': 'ab' }, ['ab\0c', 'b', 'é', '\uffee', '😀']],
    [' AND sk >= :a', { ':a': 'ab\0c' }, ['ab\0c', 'b', 'é', '\uffee', '😀']],
    [' AND :a < sk', { ':a': 'é' }, ['\uffee', '😀']],
    [' AND begins_with(sk, :a)', { ':a': 'a' }, ['a', 'ab', 'ab\0c']],
    [' AND sk BETWEEN :a AND :b', { ':a': 'a', ':b': 'b' }, ['a', 'ab', 'ab\0c', 'b']],
  ])('is cut by "%s"', async (condition, values, expected) => {
    expect(await sortKeys(condition, values)).toEqual(expected);
  });

  it.each([1, 2, 3, 8, 9])('is the same in pages of %i, in both directions', async (pageSize) => {
    for (const ScanIndexForward of [true, false]) {
      const found: unknown[] = [];
      const input = { TableName, KeyConditionExpression: 'pk = :p', ExpressionAttributeValues: { ':p': 'p' } };
      for await (const page of paginateQuery({ client: host.documents, pageSize }, { ...input, ScanIndexForward })) {
        found.push(...(page.Items ?? []).map(({ sk }) => sk as string));
      }
      expect(found).toEqual(ScanIndexForward ? inOrder : inOrder.toReversed());
    }
  });

  it('ends a page at Limit before the filter, and says so', async () => {
    const page = await query('pk = :p', { ':p': 'p', ':x': 1 }, { Limit: 3, FilterExpression: 'absent = :x' });
    expect(page).toMatchObject({ Count: 0, ScannedCount: 3, LastEvaluatedKey: { pk: 'p', sk: 'ab' } });
  });

  it('counts without answering items', async () => {
    const page = await query('pk = :p', { ':p': 'p' }, { Select: 'COUNT' });
    expect(page.Items).toBeUndefined();
    expect([page.Count, page.ScannedCount]).toEqual([8, 8]);
  });

  it.each([
    ['sk = :a', {}, /missed key schema element: pk/],
    ['pk > :a', {}, /Query key condition not supported/],
    ['pk = :a AND extra = :a', {}, /missed key schema element: sk/],
    ['pk = :a OR sk = :a', {}, /Invalid operator used in KeyConditionExpression: OR/],
    ['pk = :a', { FilterExpression: 'sk = :a' }, /Primary key attribute: sk/],
    ['pk = :a', { IndexName: 'none' }, /does not have the specified index: none/],
    ['pk = :a', { ExclusiveStartKey: { pk: 'x', sk: 'y' } }, /outside query boundaries/],
    ['pk = :a', { ExclusiveStartKey: { pk: 'a' } }, /starting key is invalid/],
    ['pk = :a', { Select: 'ALL_PROJECTED_ATTRIBUTES' }, /only when Querying using an IndexName/],
  ])('refuses %s %j', async (condition, more, message) => {
    await expect(query(condition, { ':a': 'a' }, more)).rejects.toMatchObject({
      name: 'ValidationException',
      message: expect.stringMatching(message) as string,
    });
  });

  it('refuses a key of another type than the schema’s', async () => {
    await expect(query('pk = :a', { ':a': 1 })).rejects.toThrow(/does not match schema type/);
  });
});

describe('binary keys', () => {
  it('sort by their bytes, without sign and with zeros inside', async () => {
    await host.createTable({
      TableName: 'bytes',
      AttributeDefinitions: [
        { AttributeName: 'pk', AttributeType: 'N' },
        { AttributeName: 'sk', AttributeType: 'B' },
      ],
      KeySchema: [
        { AttributeName: 'pk', KeyType: 'HASH' },
        { AttributeName: 'sk', KeyType: 'RANGE' },
      ],
      GlobalSecondaryIndexes: undefined,
    });
    const inOrder = [[0], [0, 0], [0, 1], [1], [1, 0, 255], [1, 1], [127], [128], [255], [255, 255]];
    for (const bytes of inOrder.toReversed()) {
      await host.documents.send(
        new PutCommand({ TableName: 'bytes', Item: { pk: 1, sk: new Uint8Array(bytes), empty: new Uint8Array() } }),
      );
    }
    const select = async (condition: string, values: object) => {
      const { Items } = await query(`pk = :p${condition}`, { ':p': 1, ...values }, { TableName: 'bytes' });
      return Items?.map(({ sk }) => [...(sk as Uint8Array)]);
    };
    expect(await select('', {})).toEqual(inOrder);
    const prefix = (...bytes: number[]) => select(' AND begins_with(sk, :s)', { ':s': new Uint8Array(bytes) });
    expect(await prefix(0)).toEqual(inOrder.slice(0, 3));
    expect(await prefix(1)).toEqual(inOrder.slice(3, 6));
    expect(await prefix(255)).toEqual(inOrder.slice(8));
    expect(await select(' AND sk > :s', { ':s': new Uint8Array([0]) })).toEqual(inOrder.slice(1));
  });
});

describe('a page', () => {
  it('ends at one megabyte', async () => {
    for (let n = 0; n < 5; n++) await put({ pk: 'p', sk: String(n), big: 'x'.repeat(300 * 1024) });
    const first = await query('pk = :p', { ':p': 'p' });
    expect(first.LastEvaluatedKey).toEqual({ pk: 'p', sk: '3' });
    const rest = await query('pk = :p', { ':p': 'p' }, { ExclusiveStartKey: first.LastEvaluatedKey });
    expect(rest.Items?.map(({ sk }) => sk as string)).toEqual(['4']);
    expect(rest.LastEvaluatedKey).toBeUndefined();
  });

  it('that ended early leaves no statement open in the store', async () => {
    for (let n = 0; n < 5; n++) await put({ pk: 'p', sk: String(n) });
    await query('pk = :p', { ':p': 'p' }, { Limit: 1 });
    // SQLite refuses to drop a table while a statement of the connection is still reading.
    expect(() => host.store.exec('CREATE TABLE scratch (a); DROP TABLE scratch;')).not.toThrow();
  });
});

describe('a scan', () => {
  beforeEach(async () => {
    for (let n = 0; n < 40; n++)
      await put({ pk: `p${n % 7}`, sk: String(n), ...(n % 2 ? { owner: 'me', score: n } : {}) });
  });

  it('finds every item once, in pages', async () => {
    const found: string[] = [];
    for await (const page of paginateScan({ client: host.documents, pageSize: 3 }, { TableName })) {
      found.push(...(page.Items ?? []).map(({ sk }) => sk as string));
    }
    expect(found.map(Number).sort((a, b) => a - b)).toEqual(Array.from({ length: 40 }, (_, n) => n));
  });

  it('shares the items out among its segments', async () => {
    const segments = await Promise.all(
      [0, 1, 2].map((Segment) => host.documents.send(new ScanCommand({ TableName, Segment, TotalSegments: 3 }))),
    );
    const found = segments.flatMap(({ Items = [] }) => Items.map(({ sk }) => sk as string));
    expect(new Set(found).size).toBe(40);
    expect(found).toHaveLength(40);
    expect(segments.every(({ Count = 0 }) => Count > 0)).toBe(true);
  });

  it('of an index sees only the items that are in it', async () => {
    const { Count } = await host.documents.send(new ScanCommand({ TableName, IndexName: 'by-owner' }));
    expect(Count).toBe(20);
  });
});

describe('an index', () => {
  const byOwner = (more: object = {}) =>
    query('#o = :o', { ':o': 'me' }, { IndexName: 'by-owner', ExpressionAttributeNames: { '#o': 'owner' }, ...more });

  it('orders numbers as numbers, and holds only items with all of its keys', async () => {
    const scores = [10, -1.5, 9, 0, -1.25, 1e-7, 100, -20];
    for (const score of scores) await put({ pk: 'p', sk: `s${score}`, owner: 'me', score });
    await put({ pk: 'p', sk: 'sparse', owner: 'me' });
    const { Items } = await byOwner();
    expect(Items?.map(({ score }) => score as number)).toEqual([-20, -1.5, -1.25, 0, 1e-7, 9, 10, 100]);
    const { Items: between } = await query(
      '#o = :o AND score BETWEEN :a AND :b',
      { ':o': 'me', ':a': -2, ':b': 9 },
      { IndexName: 'by-owner', ExpressionAttributeNames: { '#o': 'owner' } },
    );
    expect(between?.map(({ score }) => score as number)).toEqual([-1.5, -1.25, 0, 1e-7, 9]);
  });

  it('follows updates and deletes', async () => {
    await put({ pk: 'p', sk: '1', owner: 'me', score: 1 });
    const set = (UpdateExpression: string, values?: object) =>
      host.documents.send(
        new UpdateCommand({
          TableName,
          Key: { pk: 'p', sk: '1' },
          UpdateExpression,
          ...(values ? { ExpressionAttributeValues: { ...values } } : {}),
        }),
      );
    await set('SET score = :s, note = :s', { ':s': 2 });
    expect((await byOwner()).Items).toEqual([{ pk: 'p', sk: '1', owner: 'me', score: 2, note: 2 }]);
    await set('REMOVE score');
    expect((await byOwner()).Items).toEqual([]);
    await set('SET score = :s', { ':s': 3 });
    expect((await byOwner()).Count).toBe(1);
    await host.documents.send(new DeleteCommand({ TableName, Key: { pk: 'p', sk: '1' } }));
    expect((await byOwner()).Count).toBe(0);
    const { Table } = await host.client.send(new DescribeTableCommand({ TableName }));
    expect(Table?.GlobalSecondaryIndexes?.map(({ ItemCount }) => ItemCount)).toEqual([0, 0]);
  });

  it('pages through items that share an index key', async () => {
    for (let n = 0; n < 7; n++) await put({ pk: `p${n}`, sk: 's', owner: 'me', score: 1 });
    for (const ScanIndexForward of [true, false]) {
      const found: string[] = [];
      let start: Record<string, unknown> | undefined;
      do {
        const page = await byOwner({ Limit: 2, ScanIndexForward, ExclusiveStartKey: start });
        found.push(...(page.Items ?? []).map(({ pk }) => pk as string));
        start = page.LastEvaluatedKey;
        if (start) expect(Object.keys(start).sort()).toEqual(['owner', 'pk', 'score', 'sk']);
      } while (start);
      expect(found.toSorted()).toEqual(['p0', 'p1', 'p2', 'p3', 'p4', 'p5', 'p6']);
    }
  });

  it('answers what it projects and refuses the rest', async () => {
    await put({ pk: 'p', sk: '1', owner: 'me', name: 'Ann', secret: 'x' });
    const names = (more: object = {}) =>
      query(
        '#o = :o',
        { ':o': 'me' },
        { IndexName: 'owner-names', ExpressionAttributeNames: { '#o': 'owner' }, ...more },
      );
    expect((await names()).Items).toEqual([{ pk: 'p', sk: '1', owner: 'me', name: 'Ann' }]);
    await expect(names({ Select: 'ALL_ATTRIBUTES' })).rejects.toThrow(/projection type is not ALL/);
    await expect(names({ ProjectionExpression: 'secret' })).rejects.toThrow(/does not project \[secret\]/);
    await expect(names({ ConsistentRead: true })).rejects.toThrow(/Consistent reads are not supported/);
  });
});

describe('the bytes of a number', () => {
  it('sort as the numbers do', () => {
    const number = fc.oneof(
      fc
        .double({ noNaN: true, noDefaultInfinity: true, min: -1e100, max: 1e100 })
        .filter((n) => n === 0 || Math.abs(n) > 1e-100),
      fc.integer(),
      fc.integer({ min: -30, max: 30 }),
    );
    fc.assert(
      fc.property(number, number, (left, right) => {
        const order = Buffer.compare(numberBytes(String(left)), numberBytes(String(right)));
        expect(Math.sign(order)).toBe(Math.sign(left - right) + 0);
      }),
    );
  });
});
