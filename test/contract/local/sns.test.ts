import * as sns from '@aws-sdk/client-sns';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { virtualClock, type VirtualClock } from '#local/clock.ts';
import { createGateway, type Gateway } from '#local/gateway/gateway.ts';
import { serveGateway } from '#local/gateway/serve-gateway.ts';
import { createSns, type Sns } from '#local/services/sns/create-sns.ts';
import { openStore } from '#local/store.ts';
import { against } from '#test/support/clients.ts';
import { overSocket } from './over-socket.ts';

const TopicArn = 'arn:aws:sns:eu-west-1:000000000000:on-call';
const functionArn = 'arn:aws:lambda:eu-west-1:000000000000:function:notify';
let store: ReturnType<typeof openStore>;
let clock: VirtualClock;
let gateway: Gateway;
let service: Sns;
let client: sns.SNSClient;
let taken: { arn: string; event: unknown }[];
let invoke: (arn: string, event: unknown) => Promise<void>;
let endpointUrl: string;

beforeEach(async () => {
  store = openStore(':memory:');
  clock = virtualClock();
  taken = [];
  invoke = async (arn, event) => void taken.push({ arn, event });
  endpointUrl = 'http://127.0.0.1:4566';
  start();
  await client.send(new sns.CreateTopicCommand({ Name: 'on-call' }));
});

function start(): void {
  service = createSns({ store, clock, invoke: (arn, event) => invoke(arn, event), endpointUrl: () => endpointUrl });
  service.resume();
  gateway = createGateway([service]);
  client = new sns.SNSClient(against(gateway));
}

const subscribe = async (Protocol: string, Endpoint: string, Attributes: Record<string, string> = {}) =>
  (await client.send(new sns.SubscribeCommand({ TopicArn, Protocol, Endpoint, Attributes }))).SubscriptionArn ?? '';
const publish = async (Message: string, more: Partial<sns.PublishCommandInput> = {}) => {
  const { MessageId } = await client.send(new sns.PublishCommand({ TopicArn, Message, ...more }));
  await service.idle();
  return MessageId;
};
const text = (StringValue: string) => ({ DataType: 'String', StringValue });
const messages = () =>
  taken.map(({ event }) => (event as { Records: { Sns: { Message: string } }[] }).Records[0]?.Sns.Message);

/** An HTTP endpoint that keeps what it gets and answers as it is told. */
async function listen() {
  const got: { headers: IncomingHttpHeaders; body: string }[] = [];
  const statuses: number[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      got.push({ headers: request.headers, body: Buffer.concat(chunks).toString('utf8') });
      response.writeHead(statuses.shift() ?? 200).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  const parsed = (index: number) => JSON.parse(got[index]?.body ?? '') as Record<string, string>;
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`, got, statuses, parsed };
}

describe('a topic', () => {
  it('is made once for a name, shown and deleted with its subscriptions, in process and over a socket', async () => {
    client = new sns.SNSClient(await overSocket(gateway));
    expect((await client.send(new sns.CreateTopicCommand({ Name: 'on-call' }))).TopicArn).toBe(TopicArn);
    await client.send(
      new sns.SetTopicAttributesCommand({ TopicArn, AttributeName: 'DisplayName', AttributeValue: 'On <call>' }),
    );
    await subscribe('lambda', functionArn);
    await subscribe('email', 'someone@example.org');
    const { Attributes } = await client.send(new sns.GetTopicAttributesCommand({ TopicArn }));
    expect(Attributes).toMatchObject({
      TopicArn,
      DisplayName: 'On <call>',
      SubscriptionsConfirmed: '1',
      SubscriptionsPending: '1',
    });
    expect((await client.send(new sns.ListTopicsCommand({}))).Topics).toEqual([{ TopicArn }]);
    await client.send(new sns.DeleteTopicCommand({ TopicArn }));
    expect((await client.send(new sns.ListTopicsCommand({}))).Topics ?? []).toEqual([]);
    expect((await client.send(new sns.ListSubscriptionsCommand({}))).Subscriptions ?? []).toEqual([]);
    await expect(publish('x')).rejects.toMatchObject({ name: 'NotFoundException' });
  });

  it('are listed in pages of 100', async () => {
    for (let index = 0; index < 150; index++) await client.send(new sns.CreateTopicCommand({ Name: `t${index}` }));
    const pages = [];
    for await (const page of sns.paginateListTopics({ client }, {})) pages.push(page.Topics?.length);
    expect(pages).toEqual([100, 51]);
  });
});

describe('a function', () => {
  it('gets a message as Lambda shows it, with its subject and attributes', async () => {
    const SubscriptionArn = await subscribe('lambda', functionArn);
    const MessageId = await publish('<it & "burns">\r\nnow', {
      Subject: 'Fire',
      MessageAttributes: { level: text('page'), count: { DataType: 'Number', StringValue: '3' } },
    });
    expect(taken).toEqual([
      {
        arn: functionArn,
        event: {
          Records: [
            {
              EventSource: 'aws:sns',
              EventVersion: '1.0',
              EventSubscriptionArn: SubscriptionArn,
              Sns: {
                Type: 'Notification',
                MessageId,
                TopicArn,
                Subject: 'Fire',
                Message: '<it & "burns">\r\nnow',
                Timestamp: '2026-01-01T00:00:00.000Z',
                MessageAttributes: {
                  level: { Type: 'String', Value: 'page' },
                  count: { Type: 'Number', Value: '3' },
                },
              },
            },
          ],
        },
      },
    ]);
  });

  it('is tried again every 20 seconds, three times, also by the next host; then the message is given up with its reason', async () => {
    await subscribe('lambda', functionArn);
    let attempts = 0;
    invoke = () => {
      attempts++;
      return Promise.reject(new Error('no such function'));
    };
    await publish('x');
    await clock.advance(20_000);
    expect(attempts).toBe(2);
    await service.close();
    start();
    await clock.advance(60_000);
    expect(attempts).toBe(4);
    expect(service.dead()).toMatchObject([{ error: 'Error: no such function' }]);
  });

  it('gets what was published before a crash', async () => {
    await subscribe('lambda', functionArn);
    const first = service;
    await client.send(new sns.PublishCommand({ TopicArn, Message: 'kept' }));
    await first.close();
    start();
    await service.idle();
    expect(messages()).toEqual(['kept']);
  });
});

describe('an HTTP endpoint', () => {
  it('hears nothing until it confirms, then gets messages with their envelope', async () => {
    const hook = await listen();
    expect(await subscribe('http', hook.url)).toBe('pending confirmation');
    await publish('too early');
    expect(hook.got).toHaveLength(1);
    expect(hook.parsed(0)).toMatchObject({ Type: 'SubscriptionConfirmation', TopicArn });
    const wrong = client.send(new sns.ConfirmSubscriptionCommand({ TopicArn, Token: 'guessed' }));
    await expect(wrong).rejects.toMatchObject({ name: 'InvalidParameterException' });
    const { Token } = hook.parsed(0);
    const { SubscriptionArn } = await client.send(new sns.ConfirmSubscriptionCommand({ TopicArn, Token }));
    const MessageId = await publish('burns', { Subject: 'Fire', MessageAttributes: { level: text('page') } });
    expect(hook.got[1]?.headers).toMatchObject({
      'x-amz-sns-message-type': 'Notification',
      'x-amz-sns-message-id': MessageId,
      'x-amz-sns-topic-arn': TopicArn,
      'x-amz-sns-subscription-arn': SubscriptionArn,
    });
    expect(hook.parsed(1)).toEqual({
      Type: 'Notification',
      MessageId,
      TopicArn,
      Subject: 'Fire',
      Message: 'burns',
      Timestamp: '2026-01-01T00:00:00.000Z',
      MessageAttributes: { level: { Type: 'String', Value: 'page' } },
    });
  });

  it('can confirm by opening the link, and have the bare message', async () => {
    const served = await serveGateway(gateway, { port: 0, host: '127.0.0.1' });
    onTestFinished(() => served.close());
    endpointUrl = `http://127.0.0.1:${served.port}`;
    const hook = await listen();
    await subscribe('http', hook.url, { RawMessageDelivery: 'true' });
    await service.idle();
    expect((await fetch(hook.parsed(0)['SubscribeURL'] ?? '')).status).toBe(200);
    await publish('burns');
    expect(hook.got[1]).toMatchObject({ body: 'burns', headers: { 'x-amz-sns-rawdelivery': 'true' } });
  });

  it('is tried again when it fails, and not when it refuses', async () => {
    const hook = await listen();
    await subscribe('http', hook.url);
    await service.idle();
    const { Token } = hook.parsed(0);
    await client.send(new sns.ConfirmSubscriptionCommand({ TopicArn, Token }));
    hook.statuses.push(500, 429, 200, 403);
    await publish('eventually');
    for (let attempt = 0; attempt < 3; attempt++) {
      await clock.advance(20_000);
      await service.idle();
    }
    expect(hook.got.slice(1)).toHaveLength(3);
    await publish('refused');
    await clock.advance(60_000);
    expect(hook.got.slice(1)).toHaveLength(4);
    expect(service.dead().map(({ error }) => error)).toEqual([`DeliveryRefused: ${hook.url} answered 403.`]);
  });
});

describe('a filter policy', () => {
  it('lets through what its attributes match', async () => {
    const SubscriptionArn = await subscribe('lambda', functionArn, {
      FilterPolicy: JSON.stringify({ level: ['page', { prefix: 'urgent-' }], count: [{ numeric: ['>', 2] }] }),
    });
    const count = (StringValue: string) => ({ DataType: 'Number', StringValue });
    await publish('1', { MessageAttributes: { level: text('page'), count: count('3') } });
    await publish('2', { MessageAttributes: { level: text('urgent-x'), count: count('10') } });
    await publish('3', { MessageAttributes: { level: text('info'), count: count('3') } });
    await publish('4', { MessageAttributes: { level: text('page'), count: count('2') } });
    await publish('5');
    const list = { DataType: 'String.Array', StringValue: '["info","page"]' };
    await publish('6', { MessageAttributes: { level: list, count: count('3') } });
    expect(messages()).toEqual(['1', '2', '6']);
    const set = (AttributeValue: string) =>
      client.send(
        new sns.SetSubscriptionAttributesCommand({ SubscriptionArn, AttributeName: 'FilterPolicy', AttributeValue }),
      );
    await expect(set('{"level":"page"}')).rejects.toMatchObject({ name: 'InvalidParameterException' });
    await set('{}');
    await publish('7');
    expect(messages()).toContain('7');
  });
});

describe('a subscription', () => {
  it('is one for each endpoint, is shown, and ends', async () => {
    const SubscriptionArn = await subscribe('lambda', functionArn);
    expect(await subscribe('lambda', functionArn)).toBe(SubscriptionArn);
    expect(await subscribe('email', 'someone@example.org')).toBe('pending confirmation');
    const { Subscriptions } = await client.send(new sns.ListSubscriptionsByTopicCommand({ TopicArn }));
    expect(Subscriptions?.map((each) => `${each.Protocol} ${each.SubscriptionArn}`).toSorted()).toEqual([
      'email PendingConfirmation',
      `lambda ${SubscriptionArn}`,
    ]);
    const { Attributes } = await client.send(new sns.GetSubscriptionAttributesCommand({ SubscriptionArn }));
    expect(Attributes).toMatchObject({ PendingConfirmation: 'false', Endpoint: functionArn });
    await client.send(new sns.UnsubscribeCommand({ SubscriptionArn }));
    await publish('x');
    expect(taken).toEqual([]);
  });
});

describe('what this service does not do', () => {
  it('is refused by name', async () => {
    const refused = { name: 'InvalidParameterException' };
    await expect(subscribe('sqs', 'arn:aws:sqs:eu-west-1:000000000000:q')).rejects.toMatchObject(refused);
    await expect(subscribe('http', 'ftp://x')).rejects.toMatchObject(refused);
    await expect(publish('x', { MessageStructure: 'json' })).rejects.toMatchObject({
      ...refused,
      message: expect.stringContaining('MessageStructure') as string,
    });
    await expect(publish('x'.repeat(262_145))).rejects.toMatchObject(refused);
    const empty = { MessageAttributes: { a: { DataType: 'String' } } };
    await expect(publish('x', empty)).rejects.toMatchObject(refused);
    const fifo = client.send(new sns.CreateTopicCommand({ Name: 'a.fifo', Attributes: { FifoTopic: 'true' } }));
    await expect(fifo).rejects.toMatchObject(refused);
    const batch = client.send(new sns.PublishBatchCommand({ TopicArn, PublishBatchRequestEntries: [] }));
    await expect(batch).rejects.toMatchObject({ name: 'InvalidAction' });
  });
});
