import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { OutboxEvent } from '#domain/event/chain.ts';
import { openTestAccount, type TestAccount } from '#test/support/account.ts';
import { givenDeployments } from './given-deployments.ts';

let account: TestAccount;
beforeAll(async () => {
  account = await openTestAccount();
});
afterEach(async () => {
  const { outbox } = account.later(1000);
  if (!account.shared) await outbox.markPublished(await outbox.unpublished(0, 1000));
});
afterAll(() => account.close());

/** The events of so many new deployments, which fall into the shards by their ids. */
async function committedEvents(count: number): Promise<readonly OutboxEvent[]> {
  const given = givenDeployments(account);
  const events: OutboxEvent[] = [];
  for (let index = 0; index < count; index++) {
    const decision = given.request({ commit: index.toString(16).padStart(40, '0') });
    await given.commit(decision);
    events.push(...decision.events);
  }
  return events;
}

const idsOf = (events: readonly OutboxEvent[]): readonly string[] => events.map(({ detail }) => detail.id).toSorted();

// A host that others use publishes what is committed there, so nothing can be said of what lies in its outbox.
describe.skipIf(process.env['CONTRACT_ENDPOINT_URL'] !== undefined)('the outbox', () => {
  test('holds every committed event exactly as it was decided, from every shard', async () => {
    const events = await committedEvents(40);
    const found = await account.later(1).outbox.unpublished(0, 500);
    expect(idsOf(found)).toEqual(idsOf(events));
    const [one] = events;
    expect(found.find(({ detail }) => detail.id === one?.detail.id)).toEqual(one);
  });

  test('leaves out what is younger than asked for', async () => {
    const old = await committedEvents(3);
    await account.clock.advance(10_000);
    await committedEvents(3);
    const later = account.later(20_000);
    expect(idsOf(await later.outbox.unpublished(25_000, 500))).toEqual(idsOf(old));
    expect(await later.outbox.unpublished(30_000, 500)).toEqual([]);
    expect(await later.outbox.unpublished(0, 500)).toHaveLength(6);
  });

  test('gives no more than asked for', async () => {
    await committedEvents(12);
    expect(await account.later(1).outbox.unpublished(0, 5)).toHaveLength(5);
  });

  test('leaves out what was published, in as many requests as it takes, and nothing else', async () => {
    const events = await committedEvents(61);
    const { outbox } = account.later(1);
    const [kept, ...gone] = events;
    await outbox.markPublished(gone);
    expect(await outbox.unpublished(0, 500)).toEqual([kept]);
    await outbox.markPublished(gone);
    await outbox.markPublished([]);
    expect(await outbox.unpublished(0, 500)).toEqual([kept]);
  });

  test('holds all events of one commit, and those of a service beside those of deployments', async () => {
    const given = givenDeployments(account);
    const admitted = await given.admitted();
    const found = await account.later(1).outbox.unpublished(0, 500);
    expect(found.map(({ type, detail }) => [type, detail.seq])).toEqual([
      ['deployment.queued', 1],
      ['deployment.started', 2],
    ]);
    expect(found.every(({ aggregate }) => aggregate === admitted.id)).toBe(true);
  });
});
