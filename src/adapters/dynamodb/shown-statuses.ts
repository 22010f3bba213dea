import { GetCommand, PutCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import type { CommitStatus } from '#domain/delivery/commit-status.ts';
import type { ShownStatuses, StatusMark } from '#ports/shown-statuses.ts';
import type { Clock } from '#ports/clock.ts';
import { keys } from './keys.ts';
import type { Item, Table } from './table.ts';

const keptSeconds = 90 * 24 * 3600;

export class DynamoShownStatuses implements ShownStatuses {
  readonly #table: Table;
  readonly #clock: Clock;

  constructor(table: Table, clock: Clock) {
    this.#table = table;
    this.#clock = clock;
  }

  async begin(place: string, mark: StatusMark): Promise<'show' | 'shown' | 'older'> {
    const row = await this.#row(place);
    if (row && isSame(row, mark) && row['shown'] === true) return 'shown';
    const ttl = Math.floor(this.#clock.now().getTime() / 1000) + keptSeconds;
    return this.#unlessNewer(() =>
      this.#table.client.send(
        new PutCommand({
          TableName: this.#table.name,
          Item: { ...keys.claim('commitStatus', place), et: 'ShownStatus', ...mark, ttl },
          ConditionExpression:
            'attribute_not_exists(pk) OR (#aggregate = :aggregate AND seq <= :seq) OR (#aggregate <> :aggregate AND #at <= :at)',
          ExpressionAttributeNames: { '#aggregate': 'aggregate', '#at': 'at' },
          ExpressionAttributeValues: { ':aggregate': mark.aggregate, ':seq': mark.seq, ':at': mark.at },
        }),
      ),
    );
  }

  async end(place: string, mark: StatusMark): Promise<CommitStatus | undefined> {
    const outcome = await this.#unlessNewer(() =>
      this.#table.client.send(
        new UpdateCommand({
          TableName: this.#table.name,
          Key: keys.claim('commitStatus', place),
          UpdateExpression: 'SET shown = :yes',
          ConditionExpression: '#aggregate = :aggregate AND seq = :seq',
          ExpressionAttributeNames: { '#aggregate': 'aggregate' },
          ExpressionAttributeValues: { ':yes': true, ':aggregate': mark.aggregate, ':seq': mark.seq },
        }),
      ),
    );
    return outcome === 'older' ? ((await this.#row(place))?.['status'] as CommitStatus | undefined) : undefined;
  }

  async #unlessNewer(write: () => Promise<unknown>): Promise<'show' | 'older'> {
    try {
      await write();
      return 'show';
    } catch (error) {
      if (error instanceof Error && error.name === 'ConditionalCheckFailedException') return 'older';
      throw error;
    }
  }

  async #row(place: string): Promise<Item | undefined> {
    const Key = keys.claim('commitStatus', place);
    return (await this.#table.client.send(new GetCommand({ TableName: this.#table.name, Key, ConsistentRead: true })))
      .Item;
  }
}

function isSame(row: Item, { aggregate, seq }: StatusMark): boolean {
  return row['aggregate'] === aggregate && row['seq'] === seq;
}
