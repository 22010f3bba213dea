import { GetCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
import type { LogIndex } from '#ports/cold-logs.ts';
import type { LogChunk, LogLine } from '#ports/log-store.ts';
import { keys } from './keys.ts';
import type { Item, Table } from './table.ts';

/** The row that a log's chunks are numbered by. */
export interface LogHead {
  readonly rev: number;
  /** Number of the last chunk. */
  readonly last: number;
  /** The last event id of each stream, and the streams that have ended. */
  readonly streams: Readonly<Record<string, string>>;
  readonly ended: readonly string[];
  /** Where the chunks up to `archive.last` are found. */
  readonly archive?: LogIndex;
}

export const emptyHead: LogHead = { rev: 0, last: 0, streams: {}, ended: [] };

export async function readHead(table: Table, deploymentId: string): Promise<LogHead> {
  const { Item } = await table.client.send(
    new GetCommand({ TableName: table.name, Key: keys.logHead(deploymentId), ConsistentRead: true }),
  );
  return Item ? (Item as LogHead) : emptyHead;
}

/** Rows of chunks after a number, in order. */
export async function readChunks(
  table: Table,
  deploymentId: string,
  after: number,
  limit: number,
): Promise<readonly Item[]> {
  if (limit <= 0) return [];
  const rows: Item[] = [];
  let ExclusiveStartKey: Record<string, unknown> | undefined;
  do {
    const page = await table.client.send(
      new QueryCommand({
        TableName: table.name,
        ConsistentRead: true,
        KeyConditionExpression: 'pk = :pk AND sk BETWEEN :from AND :to',
        ExpressionAttributeValues: {
          ':pk': keys.logRows(deploymentId),
          ':from': keys.logChunk(deploymentId, after + 1).sk,
          // Digits sort before the letters of HEAD.
          ':to': keys.logChunk(deploymentId, 9_999_999_999).sk,
        },
        Limit: limit - rows.length,
        ...(ExclusiveStartKey && { ExclusiveStartKey }),
      }),
    );
    rows.push(...(page.Items ?? []));
    ExclusiveStartKey = page.LastEvaluatedKey;
  } while (ExclusiveStartKey && rows.length < limit);
  return rows;
}

export function chunkOf(row: Item): LogChunk {
  return { n: row['n'] as number, lines: row['lines'] as readonly LogLine[] };
}
