import { DeleteCommand, GetCommand, PutCommand, QueryCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import type { Deployment } from '#domain/deployment/deployment.ts';
import type { Clock } from '#ports/clock.ts';
import type { ListPosition } from '#ports/deployment-store.ts';
import type { ArchiveCursor, ArchiveMark, RecordArchive, StoredRecord } from '#ports/record-archive.ts';
import type { ArchivedRecord } from '#schemas/evidence/archived-record.ts';
import { entryOf } from './audit-log.ts';
import { toDeployment } from './deployment-row.ts';
import { indexes, keys, monthList } from './keys.ts';
import { rowsOf } from './rows-of.ts';
import type { Item, Key, Table } from './table.ts';
import { writeBatches } from './write-batches.ts';

export class DynamoRecordArchive implements RecordArchive {
  readonly #table: Table;
  readonly #clock: Clock;

  constructor(table: Table, clock: Clock) {
    this.#table = table;
    this.#clock = clock;
  }

  async inMonth(month: string, after: ListPosition | undefined, limit: number) {
    const { Items = [], LastEvaluatedKey } = await this.#table.client.send(
      new QueryCommand({
        TableName: this.#table.name,
        IndexName: indexes.byMonth,
        KeyConditionExpression: 'gsi2pk = :pk AND gsi2sk > :after',
        ExpressionAttributeValues: {
          ':pk': monthList(month),
          ':after': after ? `${after.createdAt}#${after.id}` : '0',
        },
        Limit: limit,
      }),
    );
    const items = Items.map(toDeployment);
    const last = items.at(-1);
    return { items, ...(LastEvaluatedKey && last && { next: { createdAt: last.createdAt, id: last.id } }) };
  }

  async stored(deploymentId: string): Promise<StoredRecord | undefined> {
    const rows = await rowsOf(this.#table, keys.deploymentRows(deploymentId));
    const head = rows.find(({ sk }) => sk === 'META');
    if (!head) return undefined;
    const [links, log] = await Promise.all([
      rowsOf(this.#table, keys.outbox(deploymentId, 0).pk),
      this.#get(keys.logHead(deploymentId)),
    ]);
    const deployment = toDeployment(head);
    const mark = head['archived'] as ArchiveMark | undefined;
    const document = {
      format: 'deployment-service/record',
      version: 1,
      deploymentId,
      service: deployment.service,
      environment: deployment.environment,
      rows: [...rows],
      chain: { head: deployment.chain, events: links.map(entryOf) },
      ...(log?.['archive'] !== undefined && { log: log['archive'] }),
    } as unknown as ArchivedRecord;
    return { deployment, ...(mark && { mark }), document };
  }

  async isUnchanged({ id, rev }: Deployment): Promise<boolean> {
    const head = await this.#get(keys.deployment(id));
    return head?.['rev'] === rev && head['archived'] === undefined;
  }

  async mark({ id, rev }: Deployment, archived: ArchiveMark): Promise<boolean> {
    return this.#unlessRefused(
      new UpdateCommand({
        TableName: this.#table.name,
        Key: keys.deployment(id),
        // One more revision, so that nothing which was decided on the record as it was is committed any more.
        UpdateExpression: 'SET archived = :archived, rev = rev + :one',
        ConditionExpression: 'rev = :rev AND attribute_not_exists(archived)',
        ExpressionAttributeValues: { ':archived': archived, ':rev': rev, ':one': 1 },
      }),
    );
  }

  async remove(deploymentId: string): Promise<void> {
    const [rows, links] = await Promise.all([
      rowsOf(this.#table, keys.deploymentRows(deploymentId)),
      rowsOf(this.#table, keys.outbox(deploymentId, 0).pk),
    ]);
    const head = rows.find(({ sk }) => sk === 'META');
    if (!head) return;
    if (head['archived'] === undefined) throw new Error(`${deploymentId} is not archived; its record stays.`);
    const others = [...rows.filter((row) => row !== head), ...links];
    await writeBatches(
      this.#table,
      this.#clock,
      others.map((row) => ({ DeleteRequest: { Key: keyOf(row) } })),
    );
    // Last: as long as it is there, the record is found again and the removal goes on.
    await this.#unlessRefused(
      new DeleteCommand({
        TableName: this.#table.name,
        Key: keyOf(head),
        ConditionExpression: 'attribute_exists(archived)',
      }),
    );
  }

  async cursor(): Promise<ArchiveCursor | undefined> {
    return (await this.#get(keys.archiveCursor()))?.['cursor'] as ArchiveCursor | undefined;
  }

  async saveCursor(cursor: ArchiveCursor): Promise<void> {
    const Item = { ...keys.archiveCursor(), et: 'ArchiveCursor', cursor };
    await this.#table.client.send(new PutCommand({ TableName: this.#table.name, Item }));
  }

  async #get(Key: Key): Promise<Item | undefined> {
    const { Item } = await this.#table.client.send(
      new GetCommand({ TableName: this.#table.name, Key, ConsistentRead: true }),
    );
    return Item;
  }

  async #unlessRefused(command: UpdateCommand | DeleteCommand): Promise<boolean> {
    try {
      await this.#table.client.send(command as UpdateCommand);
      return true;
    } catch (error) {
      if (error instanceof Error && error.name === 'ConditionalCheckFailedException') return false;
      throw error;
    }
  }
}

function keyOf(row: Item): Key {
  return { pk: String(row['pk']), sk: String(row['sk']) };
}
