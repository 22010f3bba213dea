import { GetCommand, TransactWriteCommand } from '@aws-sdk/lib-dynamodb';
import type { ServiceDecision } from '#domain/service/register.ts';
import type { Service } from '#domain/service/service.ts';
import type { ServiceStore } from '#ports/service-store.ts';
import { cancellationOf } from './cancellation.ts';
import { keys } from './keys.ts';
import { outboxRow } from './outbox-row.ts';
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
    if (!Item) return undefined;
    const { pk: _pk, sk: _sk, et: _et, ...service } = Item;
    return service as Service;
  }

  async commit({ before, after, events }: ServiceDecision): Promise<'committed' | 'revision_conflict'> {
    const TableName = this.#table.name;
    const Item = { ...keys.service(after.name), et: 'Service', ...after };
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
