import {
  CloudWatchLogsClient,
  CreateLogGroupCommand,
  CreateLogStreamCommand,
  DeleteLogGroupCommand,
  DescribeLogGroupsCommand,
  DescribeLogStreamsCommand,
  FilterLogEventsCommand,
  GetLogEventsCommand,
  PutLogEventsCommand,
  PutRetentionPolicyCommand,
  TagResourceCommand,
  paginateDescribeLogGroups,
  paginateDescribeLogStreams,
  paginateFilterLogEvents,
  paginateGetLogEvents,
} from '@aws-sdk/client-cloudwatch-logs';
import { expect, test } from 'vitest';
import { virtualClock } from '#local/clock.ts';
import { createGateway } from '#local/gateway/gateway.ts';
import { createLogs } from '#local/services/logs/create-logs.ts';
import { openStore } from '#local/store.ts';
import { against } from '#test/support/clients.ts';

const DAY_MS = 86_400_000;
const here = { logGroupName: '/app', logStreamName: 'one' };

async function setup() {
  const clock = virtualClock();
  const store = openStore(':memory:');
  const logs = createLogs({ store, clock });
  const client = new CloudWatchLogsClient(against(createGateway([logs])));
  await client.send(new CreateLogGroupCommand({ logGroupName: '/app' }));
  await client.send(new CreateLogStreamCommand(here));
  const put = (...messages: string[]) =>
    client.send(
      new PutLogEventsCommand({ ...here, logEvents: messages.map((message) => ({ timestamp: clock.now(), message })) }),
    );
  return { clock, store, logs, client, put };
}

test('a follower at the end gets its own token back and later what came since', async () => {
  const { client, put } = await setup();
  await put('a', 'b');
  const first = await client.send(new GetLogEventsCommand({ ...here, startFromHead: true }));
  expect(first.events?.map(({ message }) => message)).toEqual(['a', 'b']);
  const follow = { ...here, startFromHead: true, nextToken: first.nextForwardToken };
  const atEnd = await client.send(new GetLogEventsCommand(follow));
  expect(atEnd.events).toEqual([]);
  expect(atEnd.nextForwardToken).toBe(first.nextForwardToken);
  await put('c');
  const later = await client.send(new GetLogEventsCommand(follow));
  expect(later.events?.map(({ message }) => message)).toEqual(['c']);
});

test('a follower of an empty stream sees its first event', async () => {
  const { client, put } = await setup();
  const empty = await client.send(new GetLogEventsCommand(here));
  expect(empty.events).toEqual([]);
  await put('first');
  const next = await client.send(new GetLogEventsCommand({ ...here, nextToken: empty.nextForwardToken }));
  expect(next.events?.map(({ message }) => message)).toEqual(['first']);
});

test('without startFromHead the newest page comes first and the backward token leads to the older ones', async () => {
  const { client, put } = await setup();
  await put('1', '2', '3', '4', '5');
  const newest = await client.send(new GetLogEventsCommand({ ...here, limit: 2 }));
  expect(newest.events?.map(({ message }) => message)).toEqual(['4', '5']);
  const older = await client.send(new GetLogEventsCommand({ ...here, limit: 2, nextToken: newest.nextBackwardToken }));
  expect(older.events?.map(({ message }) => message)).toEqual(['2', '3']);
});

test("the SDK's paginators read every page once and stop", async () => {
  const { client, logs, clock } = await setup();
  const lines = Array.from({ length: 7 }, (_, index) => ({ timestamp: clock.now() + index, message: `line ${index}` }));
  logs.put('/app', 'one', lines);
  for (const name of ['two', 'three', 'four']) logs.put('/app', name, lines.slice(0, 1));
  for (const name of ['/b', '/c']) logs.put(name, 'x', []);

  const got: (string | undefined)[] = [];
  const pages = paginateGetLogEvents({ client, stopOnSameToken: true }, { ...here, limit: 3, startFromHead: true });
  for await (const page of pages) got.push(...(page.events ?? []).map(({ message }) => message));
  expect(got).toEqual(lines.map(({ message }) => message));

  const filtered: (string | undefined)[] = [];
  for await (const page of paginateFilterLogEvents({ client }, { logGroupName: '/app', limit: 3 })) {
    expect(page.events?.length).toBeLessThanOrEqual(3);
    filtered.push(...(page.events ?? []).map(({ logStreamName, message }) => `${logStreamName}: ${message}`));
  }
  expect(filtered).toHaveLength(10);
  expect(new Set(filtered).size).toBe(10);

  const groups: (string | undefined)[] = [];
  for await (const page of paginateDescribeLogGroups({ client, pageSize: 2 }, {})) {
    groups.push(...(page.logGroups ?? []).map(({ logGroupName }) => logGroupName));
  }
  expect(groups).toEqual(['/app', '/b', '/c']);

  const streams: (string | undefined)[] = [];
  const byTime = { logGroupName: '/app', orderBy: 'LastEventTime', descending: true } as const;
  for await (const page of paginateDescribeLogStreams({ client, pageSize: 1 }, byTime)) {
    streams.push(...(page.logStreams ?? []).map(({ logStreamName }) => logStreamName));
  }
  expect(streams).toEqual(['one', 'two', 'three', 'four']);
});

test('a page of events ends at one megabyte and the next one goes on', async () => {
  const { client, logs, clock } = await setup();
  const message = 'x'.repeat(400_000);
  logs.put(
    '/app',
    'one',
    Array.from({ length: 4 }, () => ({ timestamp: clock.now(), message })),
  );
  const first = await client.send(new FilterLogEventsCommand({ logGroupName: '/app' }));
  expect(first.events).toHaveLength(3);
  const rest = await client.send(new FilterLogEventsCommand({ logGroupName: '/app', nextToken: first.nextToken }));
  expect(rest.events).toHaveLength(1);
  expect(rest.nextToken).toBeUndefined();
});

test('a filter takes messages that hold all its words and texts, from the streams and times asked for', async () => {
  const { client, logs, clock } = await setup();
  const at = clock.now();
  logs.put('/app', 'one', [
    { timestamp: at, message: 'ERROR exit status 1' },
    { timestamp: at, message: 'error exit status 1' },
    { timestamp: at + 10, message: 'ERROR again, exit status 1' },
  ]);
  logs.put('/app', 'two', [{ timestamp: at, message: 'ERROR exit status 1 elsewhere' }]);
  const answer = await client.send(
    new FilterLogEventsCommand({
      logGroupIdentifier: 'arn:aws:logs:eu-west-1:000000000000:log-group:/app:*',
      logStreamNames: ['one'],
      filterPattern: 'ERROR "exit status"',
      endTime: at + 10,
    }),
  );
  expect(answer.events).toEqual([
    {
      logStreamName: 'one',
      timestamp: at,
      message: 'ERROR exit status 1',
      ingestionTime: at,
      eventId: expect.stringMatching(/^\d{56}$/) as string,
    },
  ]);
});

test.each(['?a ?b', '-x', '%a+%', '{ $.level = "x" }', '[a, b]', '"open'])(
  'the pattern %s is refused instead of being read as text',
  async (filterPattern) => {
    const { client } = await setup();
    await expect(
      client.send(new FilterLogEventsCommand({ logGroupName: '/app', filterPattern })),
    ).rejects.toMatchObject({ name: 'InvalidParameterException' });
  },
);

test('events too old, expired or too new are left out and their places are answered', async () => {
  const { client, clock } = await setup();
  await client.send(new PutRetentionPolicyCommand({ logGroupName: '/app', retentionInDays: 1 }));
  const put = (...timestamps: number[]) =>
    client.send(
      new PutLogEventsCommand({
        ...here,
        logEvents: timestamps.map((timestamp) => ({ timestamp, message: String(timestamp) })),
      }),
    );
  const now = clock.now();
  expect((await put(now, now + 3 * 3_600_000)).rejectedLogEventsInfo).toEqual({ tooNewLogEventStartIndex: 1 });
  expect((await put(now - 1.5 * DAY_MS, now - DAY_MS)).rejectedLogEventsInfo).toEqual({ expiredLogEventEndIndex: 1 });
  expect((await put(now - 15 * DAY_MS)).rejectedLogEventsInfo).toEqual({
    tooOldLogEventEndIndex: 1,
    expiredLogEventEndIndex: 1,
  });
  const stored = await client.send(new GetLogEventsCommand({ ...here, startFromHead: true }));
  expect(stored.events?.map(({ timestamp }) => timestamp)).toEqual([now - DAY_MS, now]);
});

test('a batch out of order or over a megabyte is refused whole', async () => {
  const { client, clock, put } = await setup();
  const logEvents = [
    { timestamp: clock.now(), message: 'later' },
    { timestamp: clock.now() - 1, message: 'earlier' },
  ];
  await expect(client.send(new PutLogEventsCommand({ ...here, logEvents }))).rejects.toMatchObject({
    name: 'InvalidParameterException',
  });
  await expect(put('x'.repeat(1_048_576))).rejects.toMatchObject({ name: 'InvalidParameterException' });
  expect((await client.send(new GetLogEventsCommand(here))).events).toEqual([]);
});

test('retention hides an event at its time and frees its space', async () => {
  const { client, clock, store, put, logs } = await setup();
  await client.send(new PutRetentionPolicyCommand({ logGroupName: '/app', retentionInDays: 1 }));
  await put('old');
  await clock.advance(DAY_MS / 2);
  await put('young');
  await clock.advance(DAY_MS / 2 + 60_000);
  const left = await client.send(new GetLogEventsCommand(here));
  expect(left.events?.map(({ message }) => message)).toEqual(['young']);
  expect(store.prepare('SELECT message FROM log_event').all()).toEqual([{ message: 'young' }]);
  const { logGroups } = await client.send(new DescribeLogGroupsCommand({ logGroupNamePrefix: '/a' }));
  expect(logGroups).toMatchObject([{ retentionInDays: 1, storedBytes: 31 }]);
  logs.close();
});

test('a deleted group takes its streams and events along', async () => {
  const { client, put } = await setup();
  await put('gone');
  await client.send(new DeleteLogGroupCommand({ logGroupName: '/app' }));
  await expect(put('x')).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
  await client.send(new CreateLogGroupCommand({ logGroupName: '/app' }));
  expect((await client.send(new DescribeLogStreamsCommand({ logGroupName: '/app' }))).logStreams).toEqual([]);
});

test('a service of the host writes to a stream that nobody made, any bytes of text included', async () => {
  const { client, logs, clock } = await setup();
  logs.put('/aws/codebuild/x', 'build', [{ timestamp: clock.now(), message: 'nul \0 and \uFFFD\n' }]);
  const answer = await client.send(
    new GetLogEventsCommand({ logGroupName: '/aws/codebuild/x', logStreamName: 'build' }),
  );
  expect(answer.events?.map(({ message }) => message)).toEqual(['nul \0 and \uFFFD\n']);
});

test("what is missing, there already or unsupported is said in the service's own errors", async () => {
  const { client } = await setup();
  await expect(client.send(new CreateLogGroupCommand({ logGroupName: '/app' }))).rejects.toMatchObject({
    name: 'ResourceAlreadyExistsException',
  });
  await expect(
    client.send(new CreateLogStreamCommand({ logGroupName: '/none', logStreamName: 's' })),
  ).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
  await expect(client.send(new CreateLogGroupCommand({ logGroupName: '/k', kmsKeyId: 'key' }))).rejects.toMatchObject({
    name: 'InvalidParameterException',
    message: expect.stringContaining('kmsKeyId') as string,
  });
  await expect(
    client.send(new TagResourceCommand({ resourceArn: 'arn:aws:logs:::log-group:/app', tags: { a: 'b' } })),
  ).rejects.toMatchObject({ name: 'UnknownOperationException' });
});
