import { DescribeTableCommand, DescribeTimeToLiveCommand, UpdateTimeToLiveCommand } from '@aws-sdk/client-dynamodb';
import { DeleteCommand, GetCommand, PutCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { type DynamoDbHost, dynamoDbHost } from './dynamodb-host.ts';

const TableName = 'main';
const Key = { pk: 'a', sk: '1' };
const keys = { pk: { S: 'a' }, sk: { S: '1' } };

let host: DynamoDbHost;

beforeEach(async () => {
  host = dynamoDbHost();
  await host.createTable();
});

afterEach(() => host.close());

const put = (more: object = {}) => host.documents.send(new PutCommand({ TableName, Item: { ...Key, ...more } }));
const remove = () => host.documents.send(new DeleteCommand({ TableName, Key }));
const records = (table = TableName) => host.service.streams.read(table, 0, 1000);

describe('stream records', () => {
  it('tell every change with its images, in order', async () => {
    await put({ v: 1 });
    await put({ v: 2 });
    await remove();
    expect(records().map(({ eventName, dynamodb }) => [eventName, dynamodb?.OldImage, dynamodb?.NewImage])).toEqual([
      ['INSERT', undefined, { ...keys, v: { N: '1' } }],
      ['MODIFY', { ...keys, v: { N: '1' } }, { ...keys, v: { N: '2' } }],
      ['REMOVE', { ...keys, v: { N: '2' } }, undefined],
    ]);
    expect(records()[0]).toMatchObject({
      eventSource: 'aws:dynamodb',
      awsRegion: 'eu-west-1',
      dynamodb: {
        Keys: keys,
        SequenceNumber: '000000000000000000001',
        StreamViewType: 'NEW_AND_OLD_IMAGES',
        ApproximateCreationDateTime: Date.UTC(2026, 0, 1) / 1000,
      },
    });
    expect(records().map(({ eventID }) => eventID)).toEqual(records().map(({ eventID }) => eventID));
    expect(new Set(records().map(({ eventID }) => eventID)).size).toBe(3);
  });

  it('are not written for a write that changes nothing', async () => {
    await put({ map: { a: 1, b: 2 } });
    await put({ map: { b: 2, a: 1 } });
    await host.documents.send(new UpdateCommand({ TableName, Key, UpdateExpression: 'REMOVE absent' }));
    await host.documents.send(new DeleteCommand({ TableName, Key: { pk: 'none', sk: '1' } }));
    expect(records()).toHaveLength(1);
  });

  it('hold what the view of the stream asks for', async () => {
    await host.createTable({
      TableName: 'keys-only',
      StreamSpecification: { StreamEnabled: true, StreamViewType: 'KEYS_ONLY' },
    });
    await host.createTable({ TableName: 'no-stream', StreamSpecification: undefined });
    for (const table of ['keys-only', 'no-stream']) {
      await host.documents.send(new PutCommand({ TableName: table, Item: { ...Key, v: 1 } }));
    }
    expect(records('keys-only')).toHaveLength(1);
    expect(records('keys-only')[0]?.dynamodb).not.toHaveProperty('NewImage');
    expect(records('no-stream')).toEqual([]);
  });

  it('wake those who wait for them, after the commit', async () => {
    const seen: number[] = [];
    const end = host.service.streams.onRecords(() => seen.push(records().length));
    await put({ v: 1 });
    await put({ v: 1 });
    await put({ v: 2 });
    end();
    await put({ v: 3 });
    expect(seen).toEqual([1, 2]);
  });

  it('never reuse a sequence number, even when all records were trimmed', async () => {
    await put({ v: 1 });
    host.service.streams.trim(TableName, 1);
    expect(records()).toEqual([]);
    await put({ v: 2 });
    expect(records()[0]?.dynamodb?.SequenceNumber).toBe('000000000000000000002');
  });

  it('are kept for a day', async () => {
    await put({ v: 1 });
    await host.clock.advance(23 * 3_600_000);
    await put({ v: 2 });
    await host.clock.advance(2 * 3_600_000);
    expect(records().map(({ dynamodb }) => dynamodb?.NewImage?.['v'])).toEqual([{ N: '2' }]);
  });
});

describe('the streams API', () => {
  const call = async <T>(operation: string, input: object, answer: z.ZodType<T>): Promise<T> => {
    const { status, body } = await host.service.handle({
      method: 'POST',
      path: '/',
      query: new URLSearchParams(),
      headers: { 'x-amz-target': `DynamoDBStreams_20120810.${operation}` },
      body: Buffer.from(JSON.stringify(input)),
    });
    const text = Buffer.from(body).toString();
    if (status !== 200) throw new Error(text);
    return answer.parse(JSON.parse(text));
  };
  const pages = z.object({
    Records: z.array(z.object({ dynamodb: z.object({ SequenceNumber: z.string() }) })),
    NextShardIterator: z.string(),
  });
  const iterator = async (type: string, more: object = {}) => {
    const { Table } = await host.client.send(new DescribeTableCommand({ TableName }));
    const { StreamDescription } = await call(
      'DescribeStream',
      { StreamArn: Table?.LatestStreamArn },
      z.object({
        StreamDescription: z.object({ StreamArn: z.string(), Shards: z.array(z.object({ ShardId: z.string() })) }),
      }),
    );
    const { StreamArn, Shards } = StreamDescription;
    const input = { StreamArn, ShardId: Shards[0]?.ShardId, ShardIteratorType: type, ...more };
    return (await call('GetShardIterator', input, z.object({ ShardIterator: z.string() }))).ShardIterator;
  };
  const read = async (ShardIterator: string, Limit?: number) => {
    const page = await call('GetRecords', { ShardIterator, Limit }, pages);
    return {
      numbers: page.Records.map(({ dynamodb }) => Number(dynamodb.SequenceNumber)),
      next: page.NextShardIterator,
    };
  };

  it('lists the streams, and reads one from the horizon on, page by page', async () => {
    for (const v of [1, 2, 3]) await put({ v });
    const { Streams } = await call(
      'ListStreams',
      {},
      z.object({ Streams: z.array(z.object({ TableName: z.string() })) }),
    );
    expect(Streams).toEqual([{ TableName }]);
    const first = await read(await iterator('TRIM_HORIZON'), 2);
    const second = await read(first.next);
    expect([first.numbers, second.numbers]).toEqual([[1, 2], [3]]);
    await put({ v: 4 });
    expect((await read(second.next)).numbers).toEqual([4]);
  });

  it('starts at the latest record, or after a given one', async () => {
    for (const v of [1, 2]) await put({ v });
    const latest = await iterator('LATEST');
    const after = await iterator('AFTER_SEQUENCE_NUMBER', { SequenceNumber: '000000000000000000001' });
    const at = await iterator('AT_SEQUENCE_NUMBER', { SequenceNumber: '000000000000000000001' });
    await put({ v: 3 });
    expect((await read(latest)).numbers).toEqual([3]);
    expect((await read(after)).numbers).toEqual([2, 3]);
    expect((await read(at)).numbers).toEqual([1, 2, 3]);
  });

  it('refuses an iterator after a quarter of an hour', async () => {
    const old = await iterator('LATEST');
    await host.clock.advance(15 * 60_000 + 1);
    await expect(read(old)).rejects.toThrow(/ExpiredIteratorException/);
  });
});

describe('time to live', () => {
  const enable = (Enabled = true, AttributeName = 'ttl') =>
    host.client.send(new UpdateTimeToLiveCommand({ TableName, TimeToLiveSpecification: { Enabled, AttributeName } }));
  const inSeconds = (seconds: number) => Math.floor(host.clock.now() / 1000) + seconds;
  const get = async () => (await host.documents.send(new GetCommand({ TableName, Key }))).Item;

  it('is described, and cannot be set twice', async () => {
    const describeIt = async () =>
      (await host.client.send(new DescribeTimeToLiveCommand({ TableName }))).TimeToLiveDescription;
    expect(await describeIt()).toEqual({ TimeToLiveStatus: 'DISABLED' });
    await enable();
    expect(await describeIt()).toEqual({ TimeToLiveStatus: 'ENABLED', AttributeName: 'ttl' });
    await expect(enable()).rejects.toThrow('TimeToLive is already enabled');
    await expect(enable(true, 'other')).rejects.toThrow(/different AttributeName/);
    await enable(false);
    expect(await describeIt()).toEqual({ TimeToLiveStatus: 'DISABLED' });
  });

  it('deletes an expired item later, by the hand of the service', async () => {
    await enable();
    await put({ ttl: inSeconds(30), owner: 'me', score: 1 });
    await host.clock.advance(31_000);
    expect(await get()).toBeDefined();
    await host.clock.advance(60_000);
    expect(await get()).toBeUndefined();
    expect(records().at(-1)).toMatchObject({
      eventName: 'REMOVE',
      userIdentity: { type: 'Service', principalId: 'dynamodb.amazonaws.com' },
      dynamodb: { Keys: keys },
    });
  });

  it('covers items written before it was enabled, and spares those it cannot mean', async () => {
    await put({ ttl: inSeconds(30) });
    await host.documents.send(new PutCommand({ TableName, Item: { pk: 'text', sk: '1', ttl: '30' } }));
    await host.documents.send(new PutCommand({ TableName, Item: { pk: 'small', sk: '1', ttl: 30 } }));
    await host.documents.send(new PutCommand({ TableName, Item: { pk: 'later', sk: '1', ttl: inSeconds(86_400) } }));
    await enable();
    await host.clock.advance(120_000);
    expect(await get()).toBeUndefined();
    expect(records().filter(({ eventName }) => eventName === 'REMOVE')).toHaveLength(1);
  });
});
