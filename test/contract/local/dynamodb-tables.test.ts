import {
  CreateTableCommand,
  DeleteTableCommand,
  DescribeTableCommand,
  ListTablesCommand,
  paginateListTables,
  PutItemCommand,
  GetItemCommand,
  UpdateTableCommand,
  waitUntilTableExists,
  waitUntilTableNotExists,
} from '@aws-sdk/client-dynamodb';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type DynamoDbHost, dynamoDbHost } from './dynamodb-host.ts';

let host: DynamoDbHost;

beforeEach(() => {
  host = dynamoDbHost();
});

afterEach(() => host.close());

describe('tables', () => {
  it('are described as they were created, and the stock waiters see them come and go', async () => {
    await host.createTable();
    await waitUntilTableExists(
      { client: host.client, minDelay: 1, maxDelay: 2, maxWaitTime: 5 },
      { TableName: 'main' },
    );

    const { Table } = await host.client.send(new DescribeTableCommand({ TableName: 'main' }));
    expect(Table).toMatchObject({
      TableStatus: 'ACTIVE',
      TableArn: 'arn:aws:dynamodb:eu-west-1:000000000000:table/main',
      ItemCount: 0,
      BillingModeSummary: { BillingMode: 'PAY_PER_REQUEST' },
      LatestStreamArn: 'arn:aws:dynamodb:eu-west-1:000000000000:table/main/stream/2026-01-01T00:00:00.000',
      CreationDateTime: new Date(Date.UTC(2026, 0, 1)),
    });
    expect(Table?.GlobalSecondaryIndexes?.map(({ IndexName, IndexStatus }) => [IndexName, IndexStatus])).toEqual([
      ['by-owner', 'ACTIVE'],
      ['owner-names', 'ACTIVE'],
    ]);

    await host.client.send(new DeleteTableCommand({ TableName: 'main' }));
    await waitUntilTableNotExists(
      { client: host.client, minDelay: 1, maxDelay: 2, maxWaitTime: 5 },
      { TableName: 'main' },
    );
  });

  it('cannot be created twice, nor described or written when they do not exist', async () => {
    await host.createTable();
    await expect(host.createTable()).rejects.toMatchObject({ name: 'ResourceInUseException' });
    const missing = { name: 'ResourceNotFoundException' };
    await expect(host.client.send(new DescribeTableCommand({ TableName: 'absent' }))).rejects.toMatchObject(missing);
    await expect(
      host.client.send(new PutItemCommand({ TableName: 'absent', Item: { pk: { S: 'a' } } })),
    ).rejects.toMatchObject(missing);
  });

  it('are listed page by page in the order of their names', async () => {
    for (const TableName of ['gamma', 'alpha', 'Beta']) await host.createTable({ TableName });
    const pages: (string[] | undefined)[] = [];
    for await (const page of paginateListTables({ client: host.client, pageSize: 2 }, {})) pages.push(page.TableNames);
    expect(pages).toEqual([['Beta', 'alpha'], ['gamma']]);
  });

  it('that were deleted leave no items to a new table of the same name', async () => {
    const key = { pk: { S: 'a' }, sk: { S: 'b' } };
    await host.createTable();
    await host.client.send(new PutItemCommand({ TableName: 'main', Item: key }));
    await host.client.send(new DeleteTableCommand({ TableName: 'main' }));
    await host.createTable();
    expect((await host.client.send(new GetItemCommand({ TableName: 'main', Key: key }))).Item).toBeUndefined();
  });

  it('are still there, items included, when the store is opened again', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'dynamodb-'));
    try {
      const first = dynamoDbHost(join(folder, 'host.sqlite'));
      await first.createTable();
      await first.documents.send(
        new PutItemCommand({ TableName: 'main', Item: { pk: { S: 'a' }, sk: { S: 'b' }, owner: { S: 'me' } } }),
      );
      first.close();
      const second = dynamoDbHost(join(folder, 'host.sqlite'));
      const key = { pk: { S: 'a' }, sk: { S: 'b' } };
      const { Item } = await second.client.send(new GetItemCommand({ TableName: 'main', Key: key }));
      second.close();
      expect(Item).toEqual({ ...key, owner: { S: 'me' } });
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

describe('definitions that DynamoDB refuses', () => {
  it.each([
    ['a key attribute without a definition', { AttributeDefinitions: [] }, /Some index key attribute/],
    ['no throughput and no on-demand billing', { BillingMode: 'PROVISIONED' as const }, /must both be specified/],
    ['a definition that no key uses', { GlobalSecondaryIndexes: undefined }, /exactly match number of attributes/],
    [
      'a stream without a view',
      { StreamSpecification: { StreamEnabled: true } },
      /StreamViewType must be given exactly when StreamEnabled/,
    ],
  ])('%s', async (_, change, message) => {
    await expect(host.createTable(change)).rejects.toMatchObject({
      name: 'ValidationException',
      message: expect.stringMatching(message) as string,
    });
  });
});

describe('what this endpoint does not have', () => {
  it('is refused by name: members, values and operations', async () => {
    await expect(host.createTable({ Tags: [{ Key: 'a', Value: 'b' }] })).rejects.toMatchObject({
      name: 'ValidationException',
      message: expect.stringContaining('Tags') as string,
    });
    await expect(host.createTable({ DeletionProtectionEnabled: true })).rejects.toThrow(/DeletionProtectionEnabled/);
    await expect(host.client.send(new UpdateTableCommand({ TableName: 'main' }))).rejects.toMatchObject({
      name: 'UnknownOperationException',
    });
    await expect(host.client.send(new ListTablesCommand({ Limit: 101 }))).rejects.toThrow(/Limit/);
    await expect(host.client.send(new CreateTableCommand({} as never))).rejects.toMatchObject({
      name: 'ValidationException',
    });
  });
});
