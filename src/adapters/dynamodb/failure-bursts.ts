import { GetCommand, PutCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
import { burstMinutes, type HeldFailures } from '#domain/notification/burst.ts';
import { Refusal } from '#domain/refusal.ts';
import type { Clock } from '#ports/clock.ts';
import type { FailureNotice } from '#ports/notification-log.ts';
import { dueDigests, indexes, keys } from './keys.ts';
import type { Table } from './table.ts';

const burstMs = burstMinutes * 60_000;
const keptSeconds = 21 * 24 * 3600;
/** Whoever took a digest has so long to send it. */
const takenMs = 90_000;
/** About two hours of tries, one a minute or so; after that nobody wants to know. */
const mostTries = 80;
/** Events are delivered again within minutes; more than these need not be told apart. */
const mostSeen = 200;

/** The failures of one service in one environment. Windows follow each other as long as something fails in each. */
interface Burst {
  readonly rev: number;
  readonly service: string;
  readonly environment: string;
  /** The event that was told of by itself, or the digest. */
  readonly first: string;
  readonly since: string;
  readonly untilMs: number;
  readonly held: number;
  /** Events that are counted already. */
  readonly seen: readonly string[];
  readonly last?: HeldFailures['last'];
  /** A digest on its way. */
  readonly batch?: HeldFailures & { readonly tries: number; readonly takenUntilMs: number };
}

export class FailureBursts {
  readonly #table: Table;
  readonly #clock: Clock;

  constructor(table: Table, clock: Clock) {
    this.#table = table;
    this.#clock = clock;
  }

  async admit({ eventId, service, environment, last }: FailureNotice): Promise<'alone' | 'held'> {
    return this.#change(service, environment, (burst, nowMs) => {
      const { seen = [] } = burst ?? {};
      if (burst?.first === eventId) return { answer: 'alone' };
      if (seen.includes(eventId)) return { answer: 'held' };
      const counted = [...seen, eventId].slice(-mostSeen);
      if (!burst || (burst.untilMs <= nowMs && burst.held === 0 && !burst.batch)) {
        const since = new Date(nowMs).toISOString();
        const next = { service, environment, first: eventId, since, untilMs: nowMs + burstMs, held: 0, seen: counted };
        return { answer: 'alone', next };
      }
      return { answer: 'held', next: { ...burst, held: burst.held + 1, seen: counted, last } };
    });
  }

  async take(limit: number): Promise<readonly HeldFailures[]> {
    const { Items = [] } = await this.#table.client.send(
      new QueryCommand({
        TableName: this.#table.name,
        IndexName: indexes.open,
        KeyConditionExpression: 'gsi3pk = :pk AND gsi3sk <= :now',
        ExpressionAttributeValues: { ':pk': dueDigests, ':now': `${this.#clock.now().toISOString()}~` },
        Limit: limit,
      }),
    );
    const taken: HeldFailures[] = [];
    for (const { service, environment } of Items as Pick<Burst, 'service' | 'environment'>[]) {
      const digest = await this.#change(service, environment, takeDigest);
      if (digest) taken.push(digest);
    }
    return taken;
  }

  async finish({ id, service, environment }: HeldFailures): Promise<void> {
    await this.#change(service, environment, (burst) => {
      if (burst?.batch?.id !== id) return { answer: undefined };
      const { batch: _, ...next } = burst;
      return { answer: undefined, next };
    });
  }

  /** Reads, decides and writes on condition that nobody else did meanwhile. */
  async #change<Answer>(
    service: string,
    environment: string,
    decide: (
      burst: Burst | undefined,
      nowMs: number,
    ) => { readonly answer: Answer; readonly next?: Omit<Burst, 'rev'> },
  ): Promise<Answer> {
    const Key = keys.claim('failureBurst', `${service}/${environment}`);
    for (let round = 1; round <= 12; round++) {
      const nowMs = this.#clock.now().getTime();
      const { Item } = await this.#table.client.send(
        new GetCommand({ TableName: this.#table.name, Key, ConsistentRead: true }),
      );
      const burst = Item as (Burst & { readonly ttl: number }) | undefined;
      const { answer, next } = decide(burst && burst.ttl * 1000 > nowMs ? burst : undefined, nowMs);
      if (!next || (await this.#put(next, burst?.rev, nowMs))) return answer;
      await this.#clock.sleep(round * 15);
    }
    throw new Refusal('unavailable', `Too many failures of ${service} at once.`, { transient: true });
  }

  async #put(next: Omit<Burst, 'rev'>, rev: number | undefined, nowMs: number): Promise<boolean> {
    const { gsi3pk: _pk, gsi3sk: _sk, ...plain } = next as Omit<Burst, 'rev'> & Record<'gsi3pk' | 'gsi3sk', unknown>;
    const dueMs = next.batch?.takenUntilMs ?? (next.held > 0 ? next.untilMs : undefined);
    const Item = {
      ...plain,
      ...keys.claim('failureBurst', `${next.service}/${next.environment}`),
      et: 'FailureBurst',
      rev: (rev ?? 0) + 1,
      ttl: Math.floor(nowMs / 1000) + keptSeconds,
      ...(dueMs !== undefined && { gsi3pk: dueDigests, gsi3sk: new Date(dueMs).toISOString() }),
    };
    try {
      await this.#table.client.send(
        new PutCommand({
          TableName: this.#table.name,
          Item,
          ...(rev === undefined
            ? { ConditionExpression: 'attribute_not_exists(pk)' }
            : { ConditionExpression: 'rev = :rev', ExpressionAttributeValues: { ':rev': rev } }),
        }),
      );
      return true;
    } catch (error) {
      if (error instanceof Error && error.name === 'ConditionalCheckFailedException') return false;
      throw error;
    }
  }
}

function takeDigest(burst: Burst | undefined, nowMs: number) {
  const none = { answer: undefined };
  if (!burst) return none;
  const takenUntilMs = nowMs + takenMs;
  const { batch } = burst;
  if (batch) {
    if (batch.takenUntilMs > nowMs) return none;
    const { batch: _, ...without } = burst;
    if (batch.tries >= mostTries) return { ...none, next: without };
    return { answer: batch, next: { ...burst, batch: { ...batch, tries: batch.tries + 1, takenUntilMs } } };
  }
  if (burst.held === 0 || burst.untilMs > nowMs || !burst.last) return none;
  const { service, environment, since, held: count, last } = burst;
  const digest: HeldFailures = {
    id: `digest/${service}/${environment}/${since}`,
    service,
    environment,
    count,
    since,
    last,
  };
  return {
    answer: digest,
    next: {
      ...burst,
      first: digest.id,
      since: new Date(nowMs).toISOString(),
      untilMs: nowMs + burstMs,
      held: 0,
      batch: { ...digest, tries: 1, takenUntilMs },
    },
  };
}
