import { createHash } from 'node:crypto';
import { GetCommand, PutCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import type { HeldFailures } from '#domain/notification/burst.ts';
import type { Clock } from '#ports/clock.ts';
import type { FailureNotice, NotificationLog } from '#ports/notification-log.ts';
import { FailureBursts } from './failure-bursts.ts';
import { keys } from './keys.ts';
import type { Table } from './table.ts';

const keptSeconds = 21 * 24 * 3600;
/** Longer than a function that sends may run. */
const heldMs = 90_000;

export class DynamoNotificationLog implements NotificationLog {
  readonly #table: Table;
  readonly #clock: Clock;
  readonly #bursts: FailureBursts;

  constructor(table: Table, clock: Clock) {
    this.#table = table;
    this.#clock = clock;
    this.#bursts = new FailureBursts(table, clock);
  }

  async begin(messageId: string, receiver: string): Promise<'send' | 'sent' | 'busy'> {
    const nowMs = this.#clock.now().getTime();
    const Key = keyOf(messageId, receiver);
    const ttl = Math.floor(nowMs / 1000) + keptSeconds;
    const written = await whenAllowed(() =>
      this.#table.client.send(
        new PutCommand({
          TableName: this.#table.name,
          Item: { ...Key, et: 'Notification', progress: 'sending', heldUntilMs: nowMs + heldMs, ttl },
          ConditionExpression: 'attribute_not_exists(pk) OR (progress = :sending AND heldUntilMs <= :now)',
          ExpressionAttributeValues: { ':sending': 'sending', ':now': nowMs },
        }),
      ),
    );
    if (written) return 'send';
    const { Item } = await this.#table.client.send(
      new GetCommand({ TableName: this.#table.name, Key, ConsistentRead: true }),
    );
    return Item?.['progress'] === 'sent' ? 'sent' : 'busy';
  }

  async end(messageId: string, receiver: string): Promise<void> {
    await this.#table.client.send(
      new UpdateCommand({
        TableName: this.#table.name,
        Key: keyOf(messageId, receiver),
        UpdateExpression: 'SET progress = :sent',
        ExpressionAttributeValues: { ':sent': 'sent' },
      }),
    );
  }

  async release(messageId: string, receiver: string): Promise<void> {
    await whenAllowed(() =>
      this.#table.client.send(
        new UpdateCommand({
          TableName: this.#table.name,
          Key: keyOf(messageId, receiver),
          UpdateExpression: 'SET heldUntilMs = :over',
          ConditionExpression: 'progress = :sending',
          ExpressionAttributeValues: { ':over': 0, ':sending': 'sending' },
        }),
      ),
    );
  }

  admit(notice: FailureNotice): Promise<'alone' | 'held'> {
    return this.#bursts.admit(notice);
  }

  takeDigests(limit: number): Promise<readonly HeldFailures[]> {
    return this.#bursts.take(limit);
  }

  finishDigest(digest: HeldFailures): Promise<void> {
    return this.#bursts.finish(digest);
  }
}

/** An address belongs to a person, and the name of a secret to a service: a digest tells them apart as well. */
function keyOf(messageId: string, receiver: string) {
  return keys.claim('notification', `${messageId}/${createHash('sha256').update(receiver).digest('hex').slice(0, 32)}`);
}

async function whenAllowed(write: () => Promise<unknown>): Promise<boolean> {
  try {
    await write();
    return true;
  } catch (error) {
    if (error instanceof Error && error.name === 'ConditionalCheckFailedException') return false;
    throw error;
  }
}
