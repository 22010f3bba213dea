import { EventBridgeClient, PutEventsCommand, type PutEventsCommandInput } from '@aws-sdk/client-eventbridge';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { EventBridgeBus } from '#adapters/eventbridge/event-bus.ts';
import { appendFacts, emptyChain, type OutboxEvent } from '#domain/event/chain.ts';
import { names } from '#local/stack/names.ts';
import { openTestAccount, type TestAccount } from '#test/support/account.ts';
import { depId, moment } from '#test/support/builders.ts';

let account: TestAccount;
beforeAll(async () => {
  account = await openTestAccount();
});
afterAll(() => account.close());

function someEvents(count: number): readonly OutboxEvent[] {
  const subject = { aggregate: depId(), service: 'orders', correlationId: 'c', traceId: '0'.repeat(32) };
  const fact = { type: 'deployment.queued' as const, data: { commit: 'a'.repeat(40), run: 1 } };
  return appendFacts(
    emptyChain,
    subject,
    Array.from({ length: count }, () => fact),
    moment(),
  ).events;
}

/** A client that writes down what is put. */
function watched() {
  const client = new EventBridgeClient(account.client);
  const requests: PutEventsCommandInput[] = [];
  client.middlewareStack.add(
    (next) => async (args) => {
      requests.push(args.input as PutEventsCommandInput);
      return next(args);
    },
    { step: 'initialize' },
  );
  return { client, requests };
}

test('publishes every event with its type, its source, its time and its whole detail, ten to a request', async () => {
  const { client, requests } = watched();
  const events = someEvents(23);
  expect(await new EventBridgeBus(client, names.bus).publish(events)).toEqual([]);
  expect(requests.map(({ Entries = [] }) => Entries.length)).toEqual([10, 10, 3]);
  const entries = requests.flatMap(({ Entries = [] }) => Entries);
  expect(entries.map(({ Detail = '' }) => JSON.parse(Detail) as unknown)).toEqual(events.map(({ detail }) => detail));
  expect(entries[0]).toMatchObject({
    EventBusName: names.bus,
    Source: 'deployment-service',
    DetailType: 'deployment.queued',
    Time: new Date(moment().at),
  });
});

test('publishes nothing without asking the bus', async () => {
  const { client, requests } = watched();
  expect(await new EventBridgeBus(client, names.bus).publish([])).toEqual([]);
  expect(requests).toEqual([]);
});

test('gives back exactly the events that the bus did not take', async () => {
  const events = someEvents(12);
  // An entry without a type is one that the bus refuses by itself.
  const broken = events.map((event, index) =>
    [3, 11].includes(index) ? { ...event, type: '' as OutboxEvent['type'] } : event,
  );
  const refused = await account.deps.bus.publish(broken);
  expect(refused).toEqual([broken[3], broken[11]]);
});

test('a bus that is not there takes nothing', async () => {
  if (account.shared) return;
  const events = someEvents(2);
  const lost = new EventBridgeBus(new EventBridgeClient(account.client), 'no-such-bus');
  expect(await lost.publish(events)).toEqual(events);
});

test('a request that fails as a whole throws, so that nothing counts as published', async () => {
  const client = new EventBridgeClient({ ...account.client, maxAttempts: 1 });
  client.middlewareStack.add(
    (next, { commandName }) =>
      async (args) => {
        if (commandName === PutEventsCommand.name) throw new Error('The bus is away.');
        return next(args);
      },
    { step: 'initialize' },
  );
  await expect(new EventBridgeBus(client, names.bus).publish(someEvents(1))).rejects.toThrow('away');
});

test('one that is too large for a request holds up none of the others', async () => {
  const events = someEvents(12);
  const huge = events.map((event, index) =>
    index === 4 ? { ...event, detail: { ...event.detail, actor: 'x'.repeat(300_000) } } : event,
  );
  const { client, requests } = watched();
  expect(await new EventBridgeBus(client, names.bus).publish(huge)).toEqual([huge[4]]);
  const taken = requests.filter(({ Entries = [] }) => Entries.length < 10).flatMap(({ Entries = [] }) => Entries);
  expect(taken).toHaveLength(12);
});
