import { QueryCommand, type QueryCommandOutput } from '@aws-sdk/lib-dynamodb';
import type { ChainLink } from '#domain/audit/verify-chain.ts';
import type { ArchivedRecords } from '#ports/archived-records.ts';
import type { ArtifactUses, AuditEntry, AuditLog } from '#ports/audit-log.ts';
import { artifactUsePrefix, keys } from './keys.ts';
import type { Item, Table } from './table.ts';

/** The outbox rows, read as what they are once they are published: the audit log. */
export class DynamoAuditLog implements AuditLog {
  readonly #table: Table;
  readonly #archived: ArchivedRecords;

  constructor(table: Table, archived: ArchivedRecords) {
    this.#table = table;
    this.#archived = archived;
  }

  async read(
    { aggregate, archived = false }: { readonly aggregate: string; readonly archived?: boolean },
    afterSeq: number,
    limit: number,
  ): Promise<readonly AuditEntry[]> {
    if (archived) {
      const record = await this.#archived.find(aggregate);
      const events = (record?.chain.events ?? []) as unknown as readonly AuditEntry[];
      return events.slice(afterSeq, afterSeq + limit);
    }
    const entries: AuditEntry[] = [];
    let ExclusiveStartKey: Item | undefined = keys.outbox(aggregate, afterSeq);
    while (ExclusiveStartKey && entries.length < limit) {
      const page: QueryCommandOutput = await this.#table.client.send(
        new QueryCommand({
          TableName: this.#table.name,
          ConsistentRead: true,
          KeyConditionExpression: 'pk = :pk',
          ExpressionAttributeValues: { ':pk': keys.outbox(aggregate, 0).pk },
          Limit: limit - entries.length,
          ExclusiveStartKey: { ...ExclusiveStartKey },
        }),
      );
      entries.push(...(page.Items ?? []).map(entryOf));
      ExclusiveStartKey = page.LastEvaluatedKey;
    }
    return entries;
  }

  async usesOf(service: string, digest: string, afterId: string | undefined, limit: number): Promise<ArtifactUses> {
    const { pk, sk } = keys.artifactUse(service, digest, afterId ?? '');
    const { Items = [], LastEvaluatedKey } = await this.#table.client.send(
      new QueryCommand({
        TableName: this.#table.name,
        KeyConditionExpression: 'pk = :pk AND begins_with(sk, :prefix)',
        ExpressionAttributeValues: { ':pk': pk, ':prefix': `${artifactUsePrefix}${digest}#` },
        Limit: limit,
        ...(afterId !== undefined && { ExclusiveStartKey: { pk, sk } }),
      }),
    );
    return {
      deploymentIds: Items.map((row) => row['deploymentId'] as string),
      more: LastEvaluatedKey !== undefined,
    };
  }
}

/** An outbox row as a link of its chain. */
export function entryOf(row: Item): AuditEntry {
  const publishedAt = row['publishedAt'] as string | undefined;
  return {
    type: row['type'] as ChainLink['type'],
    detail: row['detail'] as ChainLink['detail'],
    ...(publishedAt !== undefined && { publishedAt }),
  };
}
