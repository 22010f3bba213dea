import { PutCommand } from '@aws-sdk/lib-dynamodb';
import type { Claims } from '#ports/claims.ts';
import type { Clock } from '#ports/clock.ts';
import { keys } from './keys.ts';
import type { Table } from './table.ts';

/** Longer than a delivery is tried, and than anybody would replay an archive for. */
const keptSeconds = 21 * 24 * 3600;

export class DynamoClaims implements Claims {
  readonly #table: Table;
  readonly #clock: Clock;

  constructor(table: Table, clock: Clock) {
    this.#table = table;
    this.#clock = clock;
  }

  async claim(consumer: string, id: string): Promise<boolean> {
    const nowSeconds = Math.floor(this.#clock.now().getTime() / 1000);
    try {
      await this.#table.client.send(
        new PutCommand({
          TableName: this.#table.name,
          Item: { ...keys.claim(consumer, id), et: 'Claim', ttl: nowSeconds + keptSeconds },
          // A row that has expired may still lie there for days.
          ConditionExpression: 'attribute_not_exists(pk) OR #ttl < :now',
          ExpressionAttributeNames: { '#ttl': 'ttl' },
          ExpressionAttributeValues: { ':now': nowSeconds },
        }),
      );
      return true;
    } catch (error) {
      if (error instanceof Error && error.name === 'ConditionalCheckFailedException') return false;
      throw error;
    }
  }
}
