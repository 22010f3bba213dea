import { type CreateTableCommandInput, CreateTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { DatabaseSync } from 'node:sqlite';
import { type VirtualClock, virtualClock } from '#local/clock.ts';
import { createGateway } from '#local/gateway/gateway.ts';
import { createDynamoDb, type DynamoDbService } from '#local/services/dynamodb/create-dynamodb.ts';
import { openStore } from '#local/store.ts';
import { against } from '#test/support/clients.ts';

export interface DynamoDbHost {
  readonly clock: VirtualClock;
  readonly store: DatabaseSync;
  readonly service: DynamoDbService;
  readonly client: DynamoDBClient;
  readonly documents: DynamoDBDocumentClient;
  /** A table of the shape that most tests use: text keys, two indexes, a stream with both images. */
  createTable(change?: Partial<CreateTableCommandInput>): Promise<void>;
  close(): void;
}

/** The local DynamoDB alone behind a gateway, on a virtual clock. */
export function dynamoDbHost(path = ':memory:', clock = virtualClock()): DynamoDbHost {
  const store = openStore(path);
  const service = createDynamoDb({ store, clock });
  const client = new DynamoDBClient(against(createGateway([service])));
  return {
    clock,
    store,
    service,
    client,
    documents: DynamoDBDocumentClient.from(client),
    async createTable(change = {}) {
      await client.send(new CreateTableCommand({ ...TABLE, ...change }));
    },
    close() {
      service.close();
      store.close();
    },
  };
}

const TABLE: CreateTableCommandInput = {
  TableName: 'main',
  BillingMode: 'PAY_PER_REQUEST',
  AttributeDefinitions: [
    { AttributeName: 'pk', AttributeType: 'S' },
    { AttributeName: 'sk', AttributeType: 'S' },
    { AttributeName: 'owner', AttributeType: 'S' },
    { AttributeName: 'score', AttributeType: 'N' },
  ],
  KeySchema: [
    { AttributeName: 'pk', KeyType: 'HASH' },
    { AttributeName: 'sk', KeyType: 'RANGE' },
  ],
  GlobalSecondaryIndexes: [
    {
      IndexName: 'by-owner',
      KeySchema: [
        { AttributeName: 'owner', KeyType: 'HASH' },
        { AttributeName: 'score', KeyType: 'RANGE' },
      ],
      Projection: { ProjectionType: 'ALL' },
    },
    {
      IndexName: 'owner-names',
      KeySchema: [{ AttributeName: 'owner', KeyType: 'HASH' }],
      Projection: { ProjectionType: 'INCLUDE', NonKeyAttributes: ['name'] },
    },
  ],
  StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_AND_OLD_IMAGES' },
};
