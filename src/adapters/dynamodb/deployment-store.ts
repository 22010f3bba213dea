import {
  GetCommand,
  PutCommand,
  QueryCommand,
  TransactWriteCommand,
  paginateQuery,
  type QueryCommandInput,
} from '@aws-sdk/lib-dynamodb';
import type { Slot } from '#domain/deployment/admit.ts';
import type { Decision } from '#domain/deployment/decision.ts';
import type { Waiter } from '#domain/deployment/waiter.ts';
import type { Artifact, Deployment, DeploymentRecord } from '#domain/deployment/deployment.ts';
import type { CurrentRelease, EnvironmentState } from '#domain/service/service.ts';
import type { ArchivedRecords } from '#ports/archived-records.ts';
import type { Clock } from '#ports/clock.ts';
import type {
  CommitOutcome,
  DeploymentPage,
  DeploymentQuery,
  DeploymentStore,
  RememberedRequest,
  StartedBuild,
} from '#ports/deployment-store.ts';
import { cancellationOf } from './cancellation.ts';
import { isArchived, toDeployment, toRecord } from './deployment-row.ts';
import {
  activeShard,
  allShards,
  buildPrefix,
  indexes,
  keys,
  queuePrefix,
  waitingForApproval,
  waitingForSlot,
} from './keys.ts';
import { listDeployments } from './list-deployments.ts';
import type { Item, Key, Table } from './table.ts';
import { transactItems } from './transact-items.ts';

const queueCountLimit = 1000;

export class DynamoDeploymentStore implements DeploymentStore {
  readonly #table: Table;
  readonly #clock: Clock;

  readonly #archived: ArchivedRecords | undefined;

  /** @param archived absent where a function is not let at the archive: to it, what is archived is gone */
  constructor(table: Table, clock: Clock, archived?: ArchivedRecords) {
    this.#table = table;
    this.#clock = clock;
    this.#archived = archived;
  }

  async commit(decision: Decision): Promise<CommitOutcome> {
    const guarded = transactItems(this.#table.name, decision);
    try {
      await this.#table.client.send(new TransactWriteCommand({ TransactItems: guarded.map(({ item }) => item) }));
      return 'committed';
    } catch (error) {
      const cancellation = cancellationOf(error);
      if (!cancellation) throw error;
      if (cancellation.kind === 'busy') return 'revision_conflict';
      return guarded[cancellation.index]?.onConflict ?? 'revision_conflict';
    }
  }

  async find(id: string): Promise<Deployment | undefined> {
    const row = await this.#get(keys.deployment(id));
    if (row && !isArchived(row)) return toDeployment(row);
    return (await this.#fromArchive(id))?.deployment ?? (row && toDeployment(row));
  }

  async load(id: string): Promise<DeploymentRecord | undefined> {
    const rows = await this.#rows(keys.deploymentRows(id));
    const meta = rows.find((row) => row['sk'] === 'META');
    // Rows of an archived record go one by one: only the archive has it whole.
    return meta && !isArchived(meta) ? toRecord(rows) : ((await this.#fromArchive(id)) ?? toRecord(rows));
  }

  async #fromArchive(id: string): Promise<DeploymentRecord | undefined> {
    const archived = await this.#archived?.find(id);
    const record = archived && toRecord(archived.rows);
    return record && { ...record, deployment: { ...record.deployment, archived: true } };
  }

  async findInProgress(service: string, environment: string, commit: string): Promise<string | undefined> {
    const row = await this.#get(keys.lock(service, environment, commit));
    return row?.['owner'] as string | undefined;
  }

  async findRemembered(key: string): Promise<RememberedRequest | undefined> {
    const row = await this.#get(keys.request(key));
    if (!row || (row['ttl'] as number) * 1000 < this.#clock.now().getTime()) return undefined;
    return { deploymentId: row['deploymentId'] as string, digest: row['digest'] as string };
  }

  async slot(service: string, environment: string): Promise<Slot> {
    const rows = await this.#rows(keys.slotRows(service, environment));
    const held = rows.find((row) => row['sk'] === 'LOCK');
    const owner = held?.['owner'] as string | undefined;
    const last = held?.['last'] as Slot['last'];
    return {
      ...(owner !== undefined && { owner }),
      ...(last && { last }),
      fence: (held?.['fence'] as number | undefined) ?? 0,
      waiters: rows.filter((row) => String(row['sk']).startsWith(queuePrefix)).map((row) => row as unknown as Waiter),
    };
  }

  async environment(service: string, environment: string): Promise<EnvironmentState> {
    const row = await this.#get(keys.environment(service, environment));
    const current = row?.['current'] as CurrentRelease | undefined;
    const previous = row?.['previous'] as CurrentRelease | null | undefined;
    return { service, environment, ...(current && { current }), ...(previous && { previous }) };
  }

  async findArtifact(service: string, tree: string, identity: string): Promise<Artifact | undefined> {
    const rows = await this.#rows(`ART#${service}`, `${tree}#`);
    return rows.map((row) => row['artifact'] as Artifact).find((artifact) => artifact.identity === identity);
  }

  async list(query: DeploymentQuery): Promise<DeploymentPage> {
    return listDeployments(this.#table, query, this.#clock.now());
  }

  async *untouchedSince(instant: string): AsyncIterable<Deployment> {
    for (const shard of allShards) {
      const pages = this.#open({
        KeyConditionExpression: 'gsi3pk = :pk AND gsi3sk < :before',
        ExpressionAttributeValues: { ':pk': activeShard(shard), ':before': instant },
      });
      for await (const rows of pages) yield* rows.map(toDeployment);
    }
  }

  async waitingForSlot(): Promise<ReadonlySet<string>> {
    const ids = new Set<string>();
    const pages = this.#open({
      KeyConditionExpression: 'gsi3pk = :pk',
      ExpressionAttributeValues: { ':pk': waitingForSlot },
      // A place without a token was taken before its machine began: nobody stands there yet.
      FilterExpression: 'attribute_exists(#token)',
      ExpressionAttributeNames: { '#token': 'token' },
      ProjectionExpression: 'deploymentId',
    });
    for await (const rows of pages) for (const row of rows) ids.add(row['deploymentId'] as string);
    return ids;
  }

  async approvalToken(deploymentId: string): Promise<string | undefined> {
    return (await this.#get(keys.approvalToken(deploymentId)))?.['token'] as string | undefined;
  }

  async putBuild(deploymentId: string, { buildId, run }: StartedBuild): Promise<void> {
    const known = run === undefined ? {} : { run };
    const Item = { ...keys.buildToken(deploymentId, buildId), et: 'Token', token: buildId, ...known };
    await this.#table.client.send(new PutCommand({ TableName: this.#table.name, Item }));
  }

  async builds(deploymentId: string): Promise<readonly StartedBuild[]> {
    const rows = await this.#rows(keys.deploymentRows(deploymentId), buildPrefix);
    return rows.map((row) => {
      const run = row['run'] as number | undefined;
      return { buildId: row['token'] as string, ...(run !== undefined && { run }) };
    });
  }

  async awaitingApproval(limit: number) {
    const { Items = [], LastEvaluatedKey } = await this.#table.client.send(
      new QueryCommand({
        TableName: this.#table.name,
        IndexName: indexes.open,
        KeyConditionExpression: 'gsi3pk = :pk',
        ExpressionAttributeValues: { ':pk': waitingForApproval },
        Limit: limit,
      }),
    );
    return { ids: Items.map((row) => row['deploymentId'] as string), more: LastEvaluatedKey !== undefined };
  }

  async queueDepth(): Promise<number> {
    const { Count } = await this.#table.client.send(
      new QueryCommand({
        TableName: this.#table.name,
        IndexName: indexes.open,
        KeyConditionExpression: 'gsi3pk = :pk',
        ExpressionAttributeValues: { ':pk': waitingForSlot },
        Select: 'COUNT',
        Limit: queueCountLimit,
      }),
    );
    return Count ?? 0;
  }

  /** The index of what is still to be done, page by page. */
  async *#open(query: Omit<QueryCommandInput, 'TableName' | 'IndexName'>): AsyncIterable<readonly Item[]> {
    const input = { TableName: this.#table.name, IndexName: indexes.open, ...query };
    for await (const { Items = [] } of paginateQuery({ client: this.#table.client }, input)) yield Items;
  }

  async #get(Key: Key): Promise<Item | undefined> {
    const { Item } = await this.#table.client.send(
      new GetCommand({ TableName: this.#table.name, Key, ConsistentRead: true }),
    );
    return Item;
  }

  async #rows(pk: string, prefix?: string): Promise<readonly Item[]> {
    const rows: Item[] = [];
    const pages = paginateQuery(
      { client: this.#table.client },
      {
        TableName: this.#table.name,
        ConsistentRead: true,
        KeyConditionExpression: prefix === undefined ? 'pk = :pk' : 'pk = :pk AND begins_with(sk, :prefix)',
        ExpressionAttributeValues: { ':pk': pk, ...(prefix !== undefined && { ':prefix': prefix }) },
      },
    );
    for await (const page of pages) rows.push(...(page.Items ?? []));
    return rows;
  }
}
