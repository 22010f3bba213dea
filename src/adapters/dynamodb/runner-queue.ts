import { DeleteCommand, GetCommand, QueryCommand, TransactWriteCommand, paginateQuery } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import type { RunnerPlace, RunnerWaiter } from '#domain/runner-pool/runner-waiter.ts';
import type { PoolScale } from '#domain/runner-pool/scale-pool.ts';
import type { RunnerQueue, RunnerQueueState } from '#ports/runner-queue.ts';
import { cancellationOf } from './cancellation.ts';
import { holdPrefix, keys, queuePrefix, runnerRows } from './keys.ts';
import type { Item, Key, Table, TransactItem } from './table.ts';

const waiterRow = z.object({
  deploymentId: z.string(),
  service: z.string(),
  environment: z.string(),
  priority: z.number(),
  since: z.string(),
  askedAtMs: z.number(),
  token: z.string(),
});
const holdRow = waiterRow.omit({ askedAtMs: true, token: true }).extend({ grantedAtMs: z.number() });
const scaleRow = z.object({
  raisedTo: z.number().optional(),
  slowSinceMs: z.number().optional(),
  idleSinceMs: z.number().optional(),
});

/**
 * The queue for runners as rows of one partition: one for the pool, one for each that waits, one for each that has a runner.
 * How many runners are in use is counted, never kept: a number could be wrong for ever after one lost update.
 */
export class DynamoRunnerQueue implements RunnerQueue {
  readonly #table: Table;

  constructor(table: Table) {
    this.#table = table;
  }

  async join(waiter: RunnerWaiter, run: number): Promise<'waiting' | 'granted' | 'over'> {
    const { token, service, environment, askedAtMs, deploymentId, priority, since } = waiter;
    try {
      await this.#transact([
        {
          // One that ended in the meantime would stand here for ever: its end has taken it out of the queue already.
          ConditionCheck: {
            TableName: this.#table.name,
            Key: keys.deployment(deploymentId),
            ConditionExpression: '#run = :run AND attribute_not_exists(finishedAt)',
            ExpressionAttributeNames: { '#run': 'run' },
            ExpressionAttributeValues: { ':run': run },
          },
        },
        {
          // Granted between the question and this: it would stand in line beside its own runner.
          ConditionCheck: {
            TableName: this.#table.name,
            Key: keys.runnerHold(deploymentId),
            ConditionExpression: 'attribute_not_exists(pk)',
          },
        },
        {
          Update: {
            TableName: this.#table.name,
            Key: keys.runnerWaiter(waiter),
            // Who asks again has waited since the first time.
            UpdateExpression:
              'SET et = :et, deploymentId = :id, service = :service, environment = :environment, priority = :priority, ' +
              'since = :since, #token = :token, askedAtMs = if_not_exists(askedAtMs, :askedAtMs)',
            ExpressionAttributeNames: { '#token': 'token' },
            ExpressionAttributeValues: {
              ':et': 'RunnerWaiter',
              ':id': deploymentId,
              ':service': service,
              ':environment': environment,
              ':priority': priority,
              ':since': since,
              ':token': token,
              ':askedAtMs': askedAtMs,
            },
          },
        },
      ]);
      return 'waiting';
    } catch (error) {
      const cancellation = cancellationOf(error);
      if (cancellation?.kind === 'condition') return cancellation.index === 0 ? 'over' : 'granted';
      throw error;
    }
  }

  async holds(deploymentId: string): Promise<boolean> {
    return (await this.#get(keys.runnerHold(deploymentId))) !== undefined;
  }

  async tokenOf(place: RunnerPlace): Promise<string | undefined> {
    return (await this.#get(keys.runnerWaiter(place)))?.['token'] as string | undefined;
  }

  async anyoneWaits(): Promise<boolean> {
    const { Count = 0 } = await this.#table.client.send(
      new QueryCommand({
        TableName: this.#table.name,
        ConsistentRead: true,
        KeyConditionExpression: 'pk = :pk AND begins_with(sk, :prefix)',
        ExpressionAttributeValues: { ':pk': runnerRows, ':prefix': queuePrefix },
        Limit: 1,
        Select: 'COUNT',
      }),
    );
    return Count > 0;
  }

  async read(): Promise<RunnerQueueState> {
    const rows: Item[] = [];
    const pages = paginateQuery(
      { client: this.#table.client },
      {
        TableName: this.#table.name,
        ConsistentRead: true,
        KeyConditionExpression: 'pk = :pk',
        ExpressionAttributeValues: { ':pk': runnerRows },
      },
    );
    for await (const { Items = [] } of pages) rows.push(...Items);
    const under = (prefix: string) => rows.filter(({ sk }) => String(sk).startsWith(prefix));
    const pool = rows.find(({ sk }) => sk === 'META');
    return {
      waiters: under(queuePrefix).map((row) => waiterRow.parse(row)),
      holds: under(holdPrefix).map((row) => holdRow.parse(row)),
      scale: scaleOf(pool),
      rev: (pool?.['rev'] as number | undefined) ?? 0,
    };
  }

  async grant(waiters: readonly RunnerWaiter[], seen: RunnerQueueState, at: string): Promise<'granted' | 'conflict'> {
    const grantedAtMs = Date.parse(at);
    const items = waiters.flatMap((waiter): TransactItem[] => {
      const { askedAtMs: _, ...hold } = waiter;
      const Item = { ...keys.runnerHold(waiter.deploymentId), et: 'RunnerHold', ...hold, grantedAtMs };
      return [
        {
          Delete: {
            TableName: this.#table.name,
            Key: keys.runnerWaiter(waiter),
            // The token that is woken has to be the one that waits.
            ConditionExpression: '#token = :token',
            ExpressionAttributeNames: { '#token': 'token' },
            ExpressionAttributeValues: { ':token': waiter.token },
          },
        },
        { Put: { TableName: this.#table.name, Item } },
      ];
    });
    return (await this.#changePool(seen, seen.scale, items)) ? 'granted' : 'conflict';
  }

  async rescale(scale: PoolScale, seen: RunnerQueueState): Promise<'rescaled' | 'conflict'> {
    return (await this.#changePool(seen, scale, [])) ? 'rescaled' : 'conflict';
  }

  async remove(place: RunnerPlace): Promise<void> {
    for (const Key of [keys.runnerWaiter(place), keys.runnerHold(place.deploymentId)]) {
      await this.#table.client.send(new DeleteCommand({ TableName: this.#table.name, Key }));
    }
  }

  /** Whoever changes the pool does so on what it saw: two who give runners away at once would give more than there are. */
  async #changePool(seen: RunnerQueueState, scale: PoolScale, items: readonly TransactItem[]): Promise<boolean> {
    try {
      await this.#transact([
        {
          Update: {
            TableName: this.#table.name,
            Key: keys.runner(),
            UpdateExpression: 'SET #rev = :next, scale = :scale, et = :et',
            ConditionExpression: '#rev = :rev OR (attribute_not_exists(#rev) AND :rev = :zero)',
            ExpressionAttributeNames: { '#rev': 'rev' },
            ExpressionAttributeValues: {
              ':rev': seen.rev,
              ':next': seen.rev + 1,
              ':zero': 0,
              ':scale': scale,
              ':et': 'Capacity',
            },
          },
        },
        ...items,
      ]);
      return true;
    } catch (error) {
      if (cancellationOf(error)) return false;
      throw error;
    }
  }

  async #transact(items: readonly TransactItem[]): Promise<void> {
    await this.#table.client.send(new TransactWriteCommand({ TransactItems: [...items] }));
  }

  async #get(Key: Key): Promise<Item | undefined> {
    const { Item } = await this.#table.client.send(
      new GetCommand({ TableName: this.#table.name, Key, ConsistentRead: true }),
    );
    return Item;
  }
}

function scaleOf(pool: Item | undefined): PoolScale {
  const { raisedTo, slowSinceMs, idleSinceMs } = scaleRow.parse(pool?.['scale'] ?? {});
  return {
    ...(raisedTo !== undefined && { raisedTo }),
    ...(slowSinceMs !== undefined && { slowSinceMs }),
    ...(idleSinceMs !== undefined && { idleSinceMs }),
  };
}
