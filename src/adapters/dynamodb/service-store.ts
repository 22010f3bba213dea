import { GetCommand, QueryCommand, TransactWriteCommand } from '@aws-sdk/lib-dynamodb';
import type { ServiceDecision } from '#domain/service/register.ts';
import type { Service } from '#domain/service/service.ts';
import type { ServicePage, ServiceStore } from '#ports/service-store.ts';
import { cancellationOf } from './cancellation.ts';
import { indexes, indexKeys, keys, registeredServices } from './keys.ts';
import { outboxRow } from './outbox-row.ts';
import { serviceRow, toService } from './service-row.ts';
import type { Table } from './table.ts';

export class DynamoServiceStore implements ServiceStore {
  readonly #table: Table;

  constructor(table: Table) {
    this.#table = table;
  }

  async find(name: string): Promise<Service | undefined> {
    const { Item } = await this.#table.client.send(
      new GetCommand({ TableName: this.#table.name, Key: keys.service(name), ConsistentRead: true }),
    );
    return Item && toService(Item);
  }

  async list({ limit, after }: Parameters<ServiceStore['list']>[0]): Promise<ServicePage> {
    const { Items = [] } = await this.#table.client.send(
      new QueryCommand({
        TableName: this.#table.name,
        IndexName: indexes.open,
        KeyConditionExpression: 'gsi3pk = :pk',
        ExpressionAttributeValues: { ':pk': registeredServices },
        // One more, to know whether there is one.
        Limit: limit + 1,
        ...(after !== undefined && { ExclusiveStartKey: { ...keys.service(after), ...indexKeys.registered(after) } }),
      }),
    );
    const items = Items.slice(0, limit).map(toService);
    const last = items.at(-1);
    return Items.length > limit && last ? { items, next: last.name } : { items };
  }

  async commit({ before, after, events }: ServiceDecision): Promise<'committed' | 'revision_conflict'> {
    const TableName = this.#table.name;
    const Item = serviceRow(after);
    const condition = before
      ? { ConditionExpression: 'rev = :rev', ExpressionAttributeValues: { ':rev': before.rev } }
      : { ConditionExpression: 'attribute_not_exists(pk)' };
    try {
      await this.#table.client.send(
        new TransactWriteCommand({
          TransactItems: [
            { Put: { TableName, Item, ...condition } },
            ...events.map((event) => ({
              Put: { TableName, Item: outboxRow(event), ConditionExpression: 'attribute_not_exists(pk)' },
            })),
          ],
        }),
      );
      return 'committed';
    } catch (error) {
      if (cancellationOf(error)) return 'revision_conflict';
      throw error;
    }
  }
}
