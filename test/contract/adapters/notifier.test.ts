import { CreateSecretCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { ServiceNotifier } from '#adapters/notification/service-notifier.ts';
import type { Message, Receiver } from '#domain/notification/message.ts';
import { notificationRequest } from '#schemas/external/notification-service.ts';
import type { Notifier } from '#ports/notifier.ts';
import { openTestAccount, type TestAccount } from '#test/support/account.ts';
import { openReceiver } from '#test/support/small-receiver.ts';

const message: Message = {
  id: 'dep_1#9',
  kind: 'deployment.failed',
  service: 'orders',
  environment: 'staging',
  title: 'orders: deployment to staging failed',
  lines: ['Commit aaaaaaa: <!channel> & more', 'By ada'],
  nextAction: 'Fix it.',
  link: 'https://deploy.example.com/dep_1',
};
const slack: Receiver = { kind: 'slack', webhook: 'secretsmanager:orders/slack#url' };
const email: Receiver = { kind: 'email', address: 'ops@example.com' };

let account: TestAccount;
let status = 200;
let server: Awaited<ReturnType<typeof openReceiver>>;
beforeAll(async () => {
  account = await openTestAccount();
  server = await openReceiver(() => ({ status }));
  const secrets = new SecretsManagerClient(account.client);
  const SecretString = JSON.stringify({
    url: `${server.url}/services/T0/B0/s3cret`,
    away: 'https://internal.example/x',
  });
  await secrets.send(new CreateSecretCommand({ Name: 'orders/slack', SecretString }));
});
beforeEach(() => {
  server.received.splice(0);
  status = 200;
});
afterAll(async () => {
  await server.close();
  await account.close();
});

const implementations: readonly [string, () => Notifier, Receiver][] = [
  ['the built-in notifier', () => account.deps.notifier, slack],
  ['an external notification service', () => external(), email],
];
const external = (timeoutMs = 2000) =>
  new ServiceNotifier({ url: `${server.url}/`, token: () => Promise.resolve('t0ken'), timeoutMs });

describe.each(implementations)('%s', (_, notifier, receiver) => {
  test('sends a message', async () => {
    expect(await notifier().send(message, receiver)).toEqual({ kind: 'sent' });
    expect(server.received).toHaveLength(1);
  });

  test.each([500, 502, 503, 429, 408])('has it sent again after %i', async (answer) => {
    status = answer;
    await expect(notifier().send(message, receiver)).rejects.toMatchObject({ code: 'unavailable', transient: true });
  });

  test.each([400, 404, 410])('gives it up after %i', async (answer) => {
    status = answer;
    expect(await notifier().send(message, receiver)).toMatchObject({ kind: 'refused' });
  });

  test('tells nothing secret of what went wrong', async () => {
    status = 500;
    const error: unknown = await notifier()
      .send(message, receiver)
      .catch((caught: unknown) => caught);
    expect(String(error)).not.toMatch(/s3cret|t0ken/);
  });
});

describe('the built-in notifier', () => {
  test('writes to a webhook as Slack reads it, and nothing in it calls anybody', async () => {
    await account.deps.notifier.send(message, slack);
    expect(server.received[0]).toMatchObject({ method: 'POST', path: '/services/T0/B0/s3cret' });
    expect(server.received[0]?.body).toEqual({
      text: [
        '*orders: deployment to staging failed*',
        'Commit aaaaaaa: &lt;!channel&gt; &amp; more',
        'By ada',
        'Next: Fix it.',
        '<https://deploy.example.com/dep_1|Open the deployment>',
      ].join('\n'),
    });
  });

  test.each([
    ['secretsmanager:orders/absent', 'There is no webhook address to be read at secretsmanager:orders/absent.'],
    ['ssm:/orders/absent', 'There is no webhook address to be read at ssm:/orders/absent.'],
    [
      'secretsmanager:orders/slack#away',
      "The webhook's address must not be called: its host is not on the list of hosts.",
    ],
  ])('gives up on %s', async (webhook, reason) => {
    expect(await account.deps.notifier.send(message, { kind: 'slack', webhook })).toEqual({ kind: 'refused', reason });
  });

  test('sends e-mail through SES', async () => {
    expect(await account.deps.notifier.send(message, email)).toEqual({ kind: 'sent' });
    const mails = account.local?.ses.sent().filter(({ recipients }) => recipients.includes('ops@example.com'));
    expect(mails).toMatchObject([{ from: 'deployment-service@example.com', subject: message.title }]);
  });
});

describe('an external notification service', () => {
  test('gets what its contract says', async () => {
    await external().send(message, slack);
    const [request] = server.received;
    expect(request).toMatchObject({ method: 'POST', path: '/v1/notifications' });
    expect(request?.headers['authorization']).toBe('Bearer t0ken');
    expect(notificationRequest.parse(request?.body)).toEqual({ schemaVersion: 1, ...message, receiver: slack });
  });

  test('is told the same key for the same message and receiver, and another for another', async () => {
    for (const receiver of [slack, slack, email]) await external().send(message, receiver);
    const keys = server.received.map(({ headers }) => headers['idempotency-key']);
    expect(keys[0]).toBe(keys[1]);
    expect(keys[2]).not.toBe(keys[0]);
  });

  test('that cannot be reached is asked again', async () => {
    const nobody = new ServiceNotifier({ url: 'http://127.0.0.1:1', token: () => Promise.resolve(undefined) });
    await expect(nobody.send(message, email)).rejects.toMatchObject({ code: 'unavailable', transient: true });
  });

  test.each([401, 403])('whose token is wrong (%i) is asked again: somebody has to mend it', async (answer) => {
    status = answer;
    await expect(external().send(message, email)).rejects.toMatchObject({ transient: true });
  });
});
