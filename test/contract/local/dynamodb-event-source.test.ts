import { PutCommand, DeleteCommand } from '@aws-sdk/lib-dynamodb';
import type { DynamoDBStreamEvent } from 'aws-lambda';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  createEventSource,
  type BatchAnswer,
  type EventSource,
  type EventSourceOptions,
} from '#local/services/dynamodb/event-source.ts';
import { type DynamoDbHost, dynamoDbHost } from './dynamodb-host.ts';

const TableName = 'main';

let folder: string;
let host: DynamoDbHost;
let source: EventSource | undefined;
let batches: string[][];

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'dynamodb-'));
  host = dynamoDbHost(join(folder, 'host.sqlite'));
  await host.createTable();
  batches = [];
});

afterEach(async () => {
  await source?.stop();
  host.close();
  rmSync(folder, { recursive: true });
});

const put = async (...pks: string[]) => {
  for (const pk of pks) await host.documents.send(new PutCommand({ TableName, Item: { pk, sk: '1' } }));
};
const names = ({ Records }: DynamoDBStreamEvent) => Records.map(({ dynamodb }) => dynamodb?.Keys?.['pk']?.S ?? '');
const sequence = (event: DynamoDBStreamEvent, at: number) => event.Records[at]?.dynamodb?.SequenceNumber ?? '';

/** Starts a source that notes the batches it delivers and answers as told. */
const start = (
  answer: (event: DynamoDBStreamEvent) => BatchAnswer | void | Promise<BatchAnswer | void> = () => undefined,
  change: Partial<EventSourceOptions> = {},
) => {
  source = createEventSource({
    store: host.store,
    clock: host.clock,
    streams: host.service.streams,
    tableName: TableName,
    consumer: 'test',
    batchSize: 3,
    async invoke(event) {
      batches.push(names(event));
      return await answer(event);
    },
    ...change,
  });
  source.start();
  return source;
};

describe('an event source', () => {
  it('delivers what is there and what comes, in order and in batches', async () => {
    await put('a', 'b', 'c', 'd');
    const events: DynamoDBStreamEvent[] = [];
    await start((event) => void events.push(event)).idle();
    await put('e');
    await source?.idle();
    expect(batches).toEqual([['a', 'b', 'c'], ['d'], ['e']]);
    expect(events[0]?.Records[0]).toMatchObject({
      eventName: 'INSERT',
      eventSourceARN: expect.stringMatching(/table\/main\/stream\//) as string,
    });
  });

  it('has one batch in flight at a time', async () => {
    let release = (): void => undefined;
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    await put('a');
    start(() => held);
    await host.clock.advance(0);
    await put('b');
    await host.clock.advance(0);
    expect(batches).toEqual([['a']]);
    release();
    await source?.idle();
    expect(batches).toEqual([['a'], ['b']]);
  });

  it('repeats a failed batch with growing pauses, and lets nothing overtake it', async () => {
    await put('a');
    let failing = true;
    await start(() => {
      if (failing) throw new Error('the function failed');
    }).idle();
    await put('b');
    await host.clock.advance(999);
    expect(batches).toHaveLength(1);
    await host.clock.advance(1);
    expect(batches).toHaveLength(2);
    await host.clock.advance(1_999);
    expect(batches).toHaveLength(2);
    failing = false;
    await host.clock.advance(1);
    expect(batches).toEqual([['a'], ['a', 'b'], ['a', 'b']]);
  });

  it('repeats from the lowest item that is reported as failed', async () => {
    await put('a', 'b', 'c');
    let first = true;
    await start((event) => {
      if (!first) return undefined;
      first = false;
      return { batchItemFailures: [2, 1].map((at) => ({ itemIdentifier: sequence(event, at) })) };
    }).idle();
    await host.clock.advance(1_000);
    expect(batches).toEqual([
      ['a', 'b', 'c'],
      ['b', 'c'],
    ]);
  });

  it('takes an identifier that is none of the batch for a failure of all of it', async () => {
    await put('a', 'b');
    let first = true;
    await start(() => {
      const failures = first ? [{ itemIdentifier: '' }] : [];
      first = false;
      return { batchItemFailures: failures };
    }).idle();
    await host.clock.advance(1_000);
    expect(batches).toEqual([
      ['a', 'b'],
      ['a', 'b'],
    ]);
  });

  it('delivers only what its filter lets through, and gets past the rest', async () => {
    const filter = { eventName: ['INSERT'], dynamodb: { Keys: { pk: { S: [{ prefix: 'OUT#' }] } } } };
    start(undefined, { filters: [filter], batchSize: 2 });
    await put('X', 'OUT#1', 'Y', 'Z', 'OUT#2');
    await host.documents.send(new DeleteCommand({ TableName, Key: { pk: 'OUT#1', sk: '1' } }));
    await source?.idle();
    expect(batches.flat()).toEqual(['OUT#1', 'OUT#2']);
  });

  it('refuses a filter that it would not understand', () => {
    const filter = { eventName: [{ 'anything-but': ['REMOVE'] } as never] };
    expect(() => start(undefined, { filters: [filter] })).toThrow(/filter.eventName.*anything-but/);
  });

  it('goes on from its checkpoint when the host comes back', async () => {
    await put('a', 'b');
    await start().idle();
    await source?.stop();
    await put('c');
    host.close();
    host = dynamoDbHost(join(folder, 'host.sqlite'), host.clock);
    await start().idle();
    expect(batches).toEqual([['a', 'b'], ['c']]);
  });

  it('repeats a batch that was in flight when the host died', async () => {
    await put('a');
    start(() => new Promise(() => undefined));
    await host.clock.advance(0);
    source = undefined;
    host.close();
    host = dynamoDbHost(join(folder, 'host.sqlite'), host.clock);
    await start().idle();
    expect(batches).toEqual([['a'], ['a']]);
  });

  it('keeps a stopped consumer’s records for longer than a day', async () => {
    await put('a');
    await start(() => {
      throw new Error('down');
    }).idle();
    await source?.stop();
    await host.clock.advance(30 * 3_600_000);
    await start().idle();
    expect(batches).toEqual([['a'], ['a']]);
  });

  it('does nothing more once it is stopped', async () => {
    await put('a');
    await start(() => {
      throw new Error('down');
    }).idle();
    await source?.stop();
    await put('b');
    await host.clock.advance(120_000);
    expect(batches).toEqual([['a']]);
  });

  it('needs a table with a stream', async () => {
    await host.createTable({ TableName: 'no-stream', StreamSpecification: undefined });
    expect(() => start(undefined, { tableName: 'no-stream' })).toThrow(/has no stream/);
  });
});
