import { GetCommand, QueryCommand, TransactWriteCommand, UpdateCommand, paginateQuery } from '@aws-sdk/lib-dynamodb';
import type { Push, PushOutcome } from '#domain/delivery/push.ts';
import type { PushDecision } from '#domain/delivery/record-push.ts';
import type { Service } from '#domain/service/service.ts';
import type { PushStore } from '#ports/push-store.ts';
import { cancellationOf } from './cancellation.ts';
import { indexes, indexKeys, keys, openPushes, repositoryServices } from './keys.ts';
import { outboxRow } from './outbox-row.ts';
import { serviceRow, toService } from './service-row.ts';
import type { Item, Table, TransactItem } from './table.ts';

const daySeconds = 24 * 3600;
/** As long as the events of the time, for whoever asks why something was deployed. */
const keptSeconds = 90 * daySeconds;
/** Longer than any delivery is taken that says when it was made. */
const claimedSeconds = 21 * daySeconds;

export class DynamoPushStore implements PushStore {
  readonly #table: Table;

  constructor(table: Table) {
    this.#table = table;
  }

  async servicesOf(identities: readonly string[]): Promise<readonly Service[]> {
    const pages = await Promise.all(
      identities.map((identity) =>
        this.#table.client.send(
          new QueryCommand({
            TableName: this.#table.name,
            IndexName: indexes.byService,
            KeyConditionExpression: 'gsi1pk = :pk',
            ExpressionAttributeValues: { ':pk': repositoryServices(identity) },
          }),
        ),
      ),
    );
    const services = pages.flatMap(({ Items = [] }) => Items.map(toService));
    return [...new Map(services.map((service) => [service.name, service])).values()];
  }

  async commit(decision: PushDecision): Promise<'committed' | 'known' | 'revision_conflict'> {
    const { before, claims } = decision;
    // The registration's own condition comes first, so a place after it is that of a claim.
    const items = [
      this.#put(serviceRow(decision.after), {
        ConditionExpression: 'rev = :rev',
        ExpressionAttributeValues: { ':rev': before?.rev },
      }),
      ...claims.map((claim) => this.#claim(decision.push, claim)),
      this.#put(pushRow(decision.push), { ConditionExpression: 'attribute_not_exists(outcome)' }),
      ...decision.events.map((event) =>
        this.#put(outboxRow(event), { ConditionExpression: 'attribute_not_exists(pk)' }),
      ),
    ];
    try {
      await this.#table.client.send(new TransactWriteCommand({ TransactItems: items }));
      return 'committed';
    } catch (error) {
      const cancellation = cancellationOf(error);
      if (!cancellation) throw error;
      if (cancellation.kind === 'busy') return 'revision_conflict';
      // Whatever else stands behind the registration was done by somebody else before.
      return cancellation.index === 0 ? 'revision_conflict' : 'known';
    }
  }

  async find(service: string, seq: number): Promise<Push | undefined> {
    const { Item } = await this.#table.client.send(
      new GetCommand({ TableName: this.#table.name, Key: keys.push(service, seq), ConsistentRead: true }),
    );
    return Item && toPush(Item);
  }

  async *openSince(instant: string): AsyncIterable<Push> {
    const pages = paginateQuery(
      { client: this.#table.client },
      {
        TableName: this.#table.name,
        IndexName: indexes.open,
        KeyConditionExpression: 'gsi3pk = :pk AND gsi3sk < :before',
        ExpressionAttributeValues: { ':pk': openPushes, ':before': instant },
      },
    );
    for await (const { Items = [] } of pages) yield* Items.map(toPush);
  }

  async settle({ service, seq }: Push, outcome: PushOutcome): Promise<void> {
    await this.#table.client.send(
      new UpdateCommand({
        TableName: this.#table.name,
        Key: keys.push(service, seq),
        UpdateExpression: 'SET outcome = if_not_exists(outcome, :outcome) REMOVE gsi3pk, gsi3sk',
        ExpressionAttributeValues: { ':outcome': outcome },
      }),
    );
  }

  #claim({ service, atMs }: Push, claim: string): TransactItem {
    const nowSeconds = Math.floor(atMs / 1000);
    const Item = { ...keys.claim('webhook', `${claim}/${service}`), et: 'Claim', ttl: nowSeconds + claimedSeconds };
    return this.#put(Item, {
      // A row that has expired may still lie there for days.
      ConditionExpression: 'attribute_not_exists(pk) OR #ttl < :now',
      ExpressionAttributeNames: { '#ttl': 'ttl' },
      ExpressionAttributeValues: { ':now': nowSeconds },
    });
  }

  #put(Item: Item, condition: Omit<NonNullable<TransactItem['Put']>, 'TableName' | 'Item'>): TransactItem {
    return { Put: { TableName: this.#table.name, Item, ...condition } };
  }
}

function pushRow(push: Push): Item {
  return {
    ...keys.push(push.service, push.seq),
    et: 'Push',
    ...(!push.outcome && indexKeys.openPush(push)),
    ...push,
    ttl: Math.floor(push.atMs / 1000) + keptSeconds,
  };
}

function toPush(row: Item): Push {
  const { pk: _pk, sk: _sk, et: _et, gsi3pk: _gsi3pk, gsi3sk: _gsi3sk, ttl: _ttl, ...push } = row;
  return push as unknown as Push;
}
