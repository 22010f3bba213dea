import { gunzipSync } from 'node:zlib';
import {
  CloudWatchLogsClient,
  DeleteSubscriptionFilterCommand,
  DescribeSubscriptionFiltersCommand,
  PutSubscriptionFilterCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import { expect, test } from 'vitest';
import * as z from 'zod';
import { virtualClock } from '#local/clock.ts';
import { createGateway } from '#local/gateway/gateway.ts';
import { createLogs } from '#local/services/logs/create-logs.ts';
import { openStore } from '#local/store.ts';
import { against } from '#test/support/clients.ts';

const document = z.strictObject({
  messageType: z.literal('DATA_MESSAGE'),
  owner: z.literal('000000000000'),
  logGroup: z.string(),
  logStream: z.string(),
  subscriptionFilters: z.array(z.string()),
  logEvents: z.array(z.strictObject({ id: z.string().regex(/^\d{56}$/), timestamp: z.number(), message: z.string() })),
});
type Document = z.infer<typeof document>;

const SINK = 'arn:aws:lambda:eu-west-1:000000000000:function:sink';
const sink = { logGroupName: '/app', filterName: 'sink', filterPattern: '', destinationArn: SINK };
const messages = (delivery: Document) => delivery.logEvents.map(({ message }) => message);

/** A destination that keeps what it gets, and answers when `answer` says. */
async function setup(options: { store?: ReturnType<typeof openStore>; answer?: () => Promise<void> } = {}) {
  const clock = virtualClock();
  const store = options.store ?? openStore(':memory:');
  const deliveries: Document[] = [];
  const logs = createLogs({
    store,
    clock,
    async deliver(destinationArn, event) {
      expect(destinationArn).toBe(SINK);
      deliveries.push(document.parse(JSON.parse(gunzipSync(Buffer.from(event.awslogs.data, 'base64')).toString())));
      await options.answer?.();
    },
  });
  const client = new CloudWatchLogsClient(against(createGateway([logs])));
  const write = (stream: string, ...lines: string[]) =>
    logs.put(
      '/app',
      stream,
      lines.map((message) => ({ timestamp: clock.now(), message })),
    );
  if (!options.store) {
    write('one', 'before the filter');
    await client.send(new PutSubscriptionFilterCommand(sink));
  }
  return { clock, store, logs, client, deliveries, write };
}

test('a destination gets the documented document at once, with ids that grow and nothing from before the filter', async () => {
  const { logs, deliveries, write, clock } = await setup();
  write('one', 'a', 'b');
  await logs.idle();
  expect(deliveries).toEqual([
    {
      messageType: 'DATA_MESSAGE',
      owner: '000000000000',
      logGroup: '/app',
      logStream: 'one',
      subscriptionFilters: ['sink'],
      logEvents: [
        { id: expect.any(String) as string, timestamp: clock.now(), message: 'a' },
        { id: expect.any(String) as string, timestamp: clock.now(), message: 'b' },
      ],
    },
  ]);
  const [a, b] = deliveries[0]?.logEvents ?? [];
  expect(a && b && a.id < b.id).toBe(true);
});

test('one delivery of a stream is under way at a time, and what comes meanwhile goes out together', async () => {
  const answers: (() => void)[] = [];
  const { logs, deliveries, write, clock } = await setup({
    answer: () => new Promise((resolve) => answers.push(resolve)),
  });
  write('one', '1');
  await clock.advance(0);
  write('one', '2');
  write('one', '3');
  write('two', 'other stream');
  await clock.advance(0);
  expect(deliveries.map(messages)).toEqual([['1'], ['other stream']]);
  answers[0]?.();
  await clock.advance(0);
  expect(deliveries.map(messages)).toEqual([['1'], ['other stream'], ['2', '3']]);
  for (const answer of answers) answer();
  await logs.idle();
});

test('a delivery that fails is tried again with growing pauses, and later events stay behind it', async () => {
  let failuresLeft = 3;
  const { logs, deliveries, write, clock } = await setup({
    answer: async () => {
      if (failuresLeft-- > 0) throw new Error('the sink is down');
    },
  });
  write('one', '1');
  await clock.advance(199);
  write('one', '2');
  expect(deliveries).toHaveLength(1);
  await clock.advance(1);
  expect(deliveries).toHaveLength(2);
  await clock.advance(399);
  expect(deliveries).toHaveLength(2);
  await clock.advance(1);
  expect(deliveries).toHaveLength(3);
  await clock.advance(800);
  await logs.idle();
  expect(messages(deliveries[3]!)).toEqual(['1', '2']);
  expect(deliveries).toHaveLength(4);
});

test('a host that died before the answer delivers that batch again, and nothing that was answered', async () => {
  let hang = false;
  const killed = await setup({ answer: () => (hang ? new Promise(() => undefined) : Promise.resolve()) });
  killed.write('one', 'answered');
  await killed.logs.idle();
  hang = true;
  killed.write('one', 'unanswered');
  await killed.clock.advance(0);
  expect(killed.deliveries.map(messages)).toEqual([['answered'], ['unanswered']]);

  const next = await setup({ store: killed.store });
  next.logs.resume();
  await next.logs.idle();
  expect(next.deliveries.map(messages)).toEqual([['unanswered']]);
});

test('a batch holds at most 200 events and 256 KB', async () => {
  const { logs, deliveries, write } = await setup();
  write('one', ...Array.from({ length: 450 }, (_, index) => String(index)));
  await logs.idle();
  expect(deliveries.map((delivery) => delivery.logEvents.length)).toEqual([200, 200, 50]);
  expect(deliveries.flatMap(messages)).toEqual(Array.from({ length: 450 }, (_, index) => String(index)));
  deliveries.length = 0;
  write('one', 'a'.repeat(200_000), 'b'.repeat(100_000), 'c'.repeat(300_000));
  await logs.idle();
  expect(deliveries.map((delivery) => delivery.logEvents.length)).toEqual([1, 1, 1]);
});

test('a filter with words delivers only the messages that hold them', async () => {
  const { logs, client, deliveries, write } = await setup();
  await client.send(new PutSubscriptionFilterCommand({ ...sink, filterPattern: 'ERROR' }));
  write('one', 'fine', 'an ERROR', 'fine again');
  await logs.idle();
  expect(deliveries.map(messages)).toEqual([['an ERROR']]);
});

test('a deleted filter delivers no more, not even what waits for its retry', async () => {
  const { logs, client, clock, deliveries, write } = await setup({ answer: () => Promise.reject(new Error('down')) });
  write('one', '1');
  await clock.advance(0);
  await client.send(new DeleteSubscriptionFilterCommand({ logGroupName: '/app', filterName: 'sink' }));
  await clock.advance(60_000);
  await logs.idle();
  expect(deliveries).toHaveLength(1);
});

test('a group has at most two filters, and describes them', async () => {
  const { client } = await setup();
  await client.send(new PutSubscriptionFilterCommand({ ...sink, filterName: 'second' }));
  await expect(client.send(new PutSubscriptionFilterCommand({ ...sink, filterName: 'third' }))).rejects.toMatchObject({
    name: 'LimitExceededException',
  });
  const { subscriptionFilters } = await client.send(new DescribeSubscriptionFiltersCommand({ logGroupName: '/app' }));
  expect(subscriptionFilters?.map(({ filterName, destinationArn }) => [filterName, destinationArn])).toEqual([
    ['second', SINK],
    ['sink', SINK],
  ]);
});

test('a destination that is no Lambda function is refused', async () => {
  const { client } = await setup();
  const destinationArn = 'arn:aws:kinesis:eu-west-1:000000000000:stream/x';
  await expect(client.send(new PutSubscriptionFilterCommand({ ...sink, destinationArn }))).rejects.toMatchObject({
    name: 'InvalidParameterException',
  });
});
