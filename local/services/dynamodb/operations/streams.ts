import * as z from 'zod';
import { ServiceFault } from '../../../gateway/wire.ts';
import { sequenceText } from '../change-log.ts';
import type { DynamoDbContext, OperationOf } from '../context.ts';
import { streamArn } from '../describe-table.ts';
import { resourceNotFound, validation } from '../faults.ts';
import { parseRequest, tableName } from '../request.ts';
import type { Table } from '../table.ts';

/** Every stream has this one shard, which never closes. */
const SHARD = 'shardId-00000000000000000001-00000001';
const ITERATOR_MS = 15 * 60 * 1000;

const shardId = z.literal(SHARD);
const list = z.strictObject({
  TableName: tableName.optional(),
  Limit: z.number().int().min(1).max(100).optional(),
  ExclusiveStartStreamArn: z.string().optional(),
});
const describe = z.strictObject({
  StreamArn: z.string(),
  Limit: z.number().int().min(1).max(100).optional(),
  ExclusiveStartShardId: shardId.optional(),
});
const getIterator = z.strictObject({
  StreamArn: z.string(),
  ShardId: shardId,
  ShardIteratorType: z.enum(['TRIM_HORIZON', 'LATEST', 'AFTER_SEQUENCE_NUMBER', 'AT_SEQUENCE_NUMBER']),
  SequenceNumber: z
    .string()
    .regex(/^\d{21,40}$/)
    .optional(),
});
const getRecords = z.strictObject({
  ShardIterator: z.string(),
  Limit: z.number().int().min(1).max(1000).optional(),
});
const iterator = z.object({ arn: z.string(), after: z.number(), issuedMs: z.number() });
type Iterator = z.infer<typeof iterator>;

export const listStreams: OperationOf = (context, input) => {
  const { TableName, Limit = 100, ExclusiveStartStreamArn: start } = parseRequest(list, input);
  const streams = context.tables
    .names()
    .map((name) => context.tables.get(name))
    .filter((table) => table.stream && (TableName === undefined || table.name === TableName))
    .map((table) => ({
      StreamArn: streamArn(context, table) ?? '',
      TableName: table.name,
      StreamLabel: table.stream?.label,
    }))
    .sort((left, right) => (left.StreamArn < right.StreamArn ? -1 : 1));
  const rest = streams.filter(({ StreamArn }) => start === undefined || StreamArn > start);
  const Streams = rest.slice(0, Limit);
  return { Streams, ...(rest.length > Limit ? { LastEvaluatedStreamArn: Streams.at(-1)?.StreamArn } : {}) };
};

export const describeStream: OperationOf = (context, input) => {
  const { StreamArn, ExclusiveStartShardId } = parseRequest(describe, input);
  const table = findTable(context, StreamArn);
  const shard = { ShardId: SHARD, SequenceNumberRange: { StartingSequenceNumber: sequenceText(0) } };
  return {
    StreamDescription: {
      StreamArn,
      StreamLabel: table.stream?.label,
      StreamStatus: 'ENABLED',
      StreamViewType: table.stream?.view,
      CreationRequestDateTime: table.createdMs / 1000,
      TableName: table.name,
      KeySchema: table.definition.KeySchema,
      Shards: ExclusiveStartShardId === undefined ? [shard] : [],
    },
  };
};

export const getShardIterator: OperationOf = (context, input) => {
  const { StreamArn, ShardIteratorType: type, SequenceNumber } = parseRequest(getIterator, input);
  findTable(context, StreamArn);
  const bySequence = type === 'AFTER_SEQUENCE_NUMBER' || type === 'AT_SEQUENCE_NUMBER';
  if (bySequence !== (SequenceNumber !== undefined)) {
    throw validation(`SequenceNumber must be given for ShardIteratorType ${type} exactly when it asks for one`);
  }
  const from = { TRIM_HORIZON: 0, LATEST: context.log.last(), AFTER_SEQUENCE_NUMBER: 0, AT_SEQUENCE_NUMBER: -1 }[type];
  return { ShardIterator: encode(context, StreamArn, from + Number(SequenceNumber ?? 0)) };
};

export const readRecords: OperationOf = (context, input) => {
  const { ShardIterator, Limit = 1000 } = parseRequest(getRecords, input);
  const { arn, after, issuedMs } = decode(ShardIterator);
  if (context.clock.now() - issuedMs > ITERATOR_MS) {
    throw new ServiceFault('ExpiredIteratorException', 'The iterator was issued more than 15 minutes ago');
  }
  const end = Math.max(context.log.last(), after);
  const Records = context.log.read(findTable(context, arn), after, Limit);
  const last = Records.at(-1)?.dynamodb?.SequenceNumber;
  return { Records, NextShardIterator: encode(context, arn, last === undefined ? end : Number(last)) };
};

function findTable(context: DynamoDbContext, arn: string): Table {
  const found = context.tables
    .names()
    .map((name) => context.tables.get(name))
    .find((table) => streamArn(context, table) === arn);
  if (!found) throw resourceNotFound(`Stream: ${arn} not found`);
  return found;
}

function encode({ clock }: DynamoDbContext, arn: string, after: number): string {
  return Buffer.from(JSON.stringify({ arn, after, issuedMs: clock.now() } satisfies Iterator)).toString('base64');
}

function decode(text: string): Iterator {
  try {
    return iterator.parse(JSON.parse(Buffer.from(text, 'base64').toString()));
  } catch (cause) {
    throw Object.assign(validation('Invalid ShardIterator'), { cause });
  }
}
