import { QueryCommand } from '@aws-sdk/lib-dynamodb';
import type { Deployment } from '#domain/deployment/deployment.ts';
import type { DeploymentPage, DeploymentQuery, ListPosition } from '#ports/deployment-store.ts';
import { toDeployment } from './deployment-row.ts';
import { indexes, keys, monthList, serviceList } from './keys.ts';
import type { Item, Table } from './table.ts';

/** Records are kept this long; older months hold nothing. */
const monthsKept = 13;

/** One partition to look through, newest first. */
interface Partition {
  readonly index: (typeof indexes)[keyof typeof indexes];
  readonly pk: string;
}

/** A page of deployments, newest first, from the service's list or else month by month. */
export async function listDeployments(table: Table, query: DeploymentQuery, now: Date): Promise<DeploymentPage> {
  // DynamoDB refuses a range whose ends are in the wrong order; to a reader it is simply empty.
  if (query.from !== undefined && query.to !== undefined && query.from >= query.to) return { items: [] };
  const found: Deployment[] = [];
  const wanted = query.limit + 1;
  for (const partition of partitionsOf(query, now)) {
    let from = query.after && startKey(partition, query.after);
    do {
      const page = await queryPage(table, partition, query, from, wanted);
      found.push(...page.items);
      from = page.next;
    } while (from && found.length < wanted);
    if (found.length >= wanted) break;
  }
  const items = found.slice(0, query.limit);
  const last = items.at(-1);
  return found.length > items.length && last ? { items, next: { createdAt: last.createdAt, id: last.id } } : { items };
}

function partitionsOf(query: DeploymentQuery, now: Date): Partition[] {
  if (query.service !== undefined) return [{ index: indexes.byService, pk: serviceList(query.service) }];
  const present = now.toISOString();
  const upTo = query.to !== undefined && query.to < present ? query.to : present;
  return monthsBack(query.after?.createdAt ?? upTo)
    .filter((month) => query.from === undefined || month >= query.from.slice(0, 7))
    .map((month) => ({ index: indexes.byMonth, pk: monthList(month) }));
}

function monthsBack(instant: string): string[] {
  const year = Number(instant.slice(0, 4));
  const month = Number(instant.slice(5, 7)) - 1;
  return Array.from({ length: monthsKept }, (_, back) =>
    new Date(Date.UTC(year, month - back, 1)).toISOString().slice(0, 7),
  );
}

async function queryPage(
  table: Table,
  { index, pk }: Partition,
  query: DeploymentQuery,
  ExclusiveStartKey: Item | undefined,
  Limit: number,
) {
  const filters = [query.environment && '#environment = :environment', query.status && '#status = :status'];
  const FilterExpression = filters.filter(Boolean).join(' AND ');
  const { Items, LastEvaluatedKey } = await table.client.send(
    new QueryCommand({
      TableName: table.name,
      IndexName: index,
      KeyConditionExpression: `${index}pk = :pk AND ${index}sk BETWEEN :from AND :to`,
      ExpressionAttributeValues: {
        ':pk': pk,
        ':from': query.from ?? '0',
        // `to` is exclusive, and every sort key of that instant is longer than the instant itself.
        ':to': query.to ?? '~',
        ...(query.environment !== undefined && { ':environment': query.environment }),
        ...(query.status && { ':status': query.status }),
      },
      ...(FilterExpression && {
        FilterExpression,
        ExpressionAttributeNames: {
          ...(query.environment !== undefined && { '#environment': 'environment' }),
          ...(query.status && { '#status': 'status' }),
        },
      }),
      ScanIndexForward: false,
      Limit,
      ...(ExclusiveStartKey && { ExclusiveStartKey: { ...ExclusiveStartKey } }),
    }),
  );
  return { items: (Items ?? []).map(toDeployment), next: LastEvaluatedKey as Item | undefined };
}

/** The key of the row at a position, as a query in this partition would have returned it; harmless in an older month. */
function startKey({ index, pk }: Partition, { createdAt, id }: ListPosition): Item {
  return { ...keys.deployment(id), [`${index}pk`]: pk, [`${index}sk`]: `${createdAt}#${id}` };
}
