import { GetCommand, TransactWriteCommand } from '@aws-sdk/lib-dynamodb';
import type { CachedStage } from '#domain/build-cache/cached-stage.ts';
import type { BuildCache, CachePlace } from '#ports/build-cache.ts';
import type { Clock } from '#ports/clock.ts';
import { keys } from './keys.ts';
import type { Table, TransactItem } from './table.ts';

/** A day less than archives lie in the bucket (`infra/stacks/data.ts`): no row outlives what it names. */
const keptSeconds = 13 * 24 * 3600;

/** Builds of one service that end at the same moment may want the same row. */
const mostTries = 3;

type Row = CachedStage & { readonly ttl: number };

export class DynamoBuildCache implements BuildCache {
  readonly #table: Table;
  readonly #clock: Clock;

  constructor(table: Table, clock: Clock) {
    this.#table = table;
    this.#clock = clock;
  }

  async find(places: readonly CachePlace[]): Promise<readonly CachedStage[]> {
    const rows = await Promise.all(places.map((place) => this.#row(place)));
    return rows.flatMap((row) => (row && row.ttl > this.#nowSeconds() ? [stageIn(row)] : []));
  }

  async keep(stages: readonly CachedStage[], replaced: readonly CachedStage[]): Promise<void> {
    for (let tries = 1; tries <= mostTries; tries++) {
      const items = await this.#itemsFor(stages, replaced);
      if (items.length === 0) return;
      try {
        await this.#table.client.send(new TransactWriteCommand({ TransactItems: items }));
        return;
      } catch (error) {
        // Somebody was faster with one of them: what is left to write is looked for again.
        if (!(error instanceof Error && error.name === 'TransactionCanceledException')) throw error;
        if (tries === mostTries) throw error;
      }
    }
  }

  async #itemsFor(stages: readonly CachedStage[], replaced: readonly CachedStage[]): Promise<TransactItem[]> {
    const puts = await Promise.all(stages.map((stage) => this.#putOf(stage, replaced.find(isAt(stage)))));
    const unreplaced = replaced.filter((each) => !stages.some(isAt(each)));
    const deletes = await Promise.all(unreplaced.map((each) => this.#deleteOf(each)));
    return [...puts, ...deletes].flatMap((item) => (item ? [item] : []));
  }

  async #putOf(stage: CachedStage, replaced: CachedStage | undefined): Promise<TransactItem | undefined> {
    const now = this.#nowSeconds();
    const present = await this.#row(stage);
    if (present && present.ttl > now && present.sha256 !== replaced?.sha256) return undefined;
    return {
      Put: {
        TableName: this.#table.name,
        Item: { ...keys.cachedStage(stage), et: 'CachedStage', ...stageIn(stage), ttl: now + keptSeconds },
        // A row that has run out may still lie there for days.
        ConditionExpression: 'attribute_not_exists(pk) OR #ttl <= :now OR sha256 = :replaced',
        ExpressionAttributeNames: { '#ttl': 'ttl' },
        ExpressionAttributeValues: { ':now': now, ':replaced': replaced?.sha256 ?? '-' },
      },
    };
  }

  async #deleteOf(stage: CachedStage): Promise<TransactItem | undefined> {
    const present = await this.#row(stage);
    if (present?.sha256 !== stage.sha256) return undefined;
    return {
      Delete: {
        TableName: this.#table.name,
        Key: keys.cachedStage(stage),
        ConditionExpression: 'sha256 = :broken',
        ExpressionAttributeValues: { ':broken': stage.sha256 },
      },
    };
  }

  async #row(place: CachePlace): Promise<Row | undefined> {
    const { Item } = await this.#table.client.send(
      new GetCommand({ TableName: this.#table.name, Key: keys.cachedStage(place), ConsistentRead: true }),
    );
    return Item as Row | undefined;
  }

  #nowSeconds(): number {
    return Math.floor(this.#clock.now().getTime() / 1000);
  }
}

function stageIn({ service, trust, stage, key, sha256, sizeBytes, durationMs }: CachedStage): CachedStage {
  return { service, trust, stage, key, sha256, sizeBytes, durationMs };
}

function isAt({ stage, key }: CachePlace) {
  return (other: CachePlace): boolean => other.stage === stage && other.key === key;
}
