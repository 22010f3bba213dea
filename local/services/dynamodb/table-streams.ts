import type { DynamoDBRecord } from 'aws-lambda';
import type { DynamoDbContext } from './context.ts';
import { streamArn } from './describe-table.ts';

/** The streams of the tables, by number instead of by shard iterator. */
export interface TableStreams {
  /**
   * Calls `listener` after a commit that wrote stream records, whichever table they belong to. It says "look again", not what is new.
   *
   * @returns the function that ends the subscription
   */
  onRecords(listener: () => void): () => void;
  /**
   * The records with a sequence number above `afterSequence`, oldest first, at most `limit`.
   *
   * @throws ServiceFault ResourceNotFoundException for an unknown table
   */
  read(tableName: string, afterSequence: number, limit: number): DynamoDBRecord[];
  /**
   * The highest sequence number of all tables. Who reads nothing above some number may go on from this one, if it was taken before the
   * reading: the records of other tables in between are then not looked at again.
   */
  last(): number;
  /** Drops the records up to and including this sequence number. */
  trim(tableName: string, uptoSequence: number): void;
  /** The ARN of the table's stream; undefined when the table has none. */
  arn(tableName: string): string | undefined;
}

export function tableStreams(context: DynamoDbContext): TableStreams {
  const { tables, log } = context;
  return {
    onRecords: (listener) => log.onRecords(listener),
    read: (tableName, afterSequence, limit) => log.read(tables.get(tableName, 'named'), afterSequence, limit),
    last: () => log.last(),
    trim: (tableName, uptoSequence) => log.trim(tables.get(tableName, 'named'), uptoSequence),
    arn: (tableName) => streamArn(context, tables.get(tableName, 'named')),
  };
}
