import { CreateSecretCommand, PutSecretValueCommand } from '@aws-sdk/client-secrets-manager';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { register } from '#test/support/deployments.ts';
import { startE2eHost, type E2eHost } from '#test/support/e2e-host.ts';
import { githubDelivery, githubPush, webhookSecret } from '#test/support/webhook-delivery.ts';

const path = '/v1/webhooks/github';

describe('the webhook of GitHub', () => {
  let host: E2eHost;
  let secrets: SecretsManagerClient;
  const post = (delivery: ReturnType<typeof githubDelivery>, to = path) =>
    host.api.as(undefined).request('POST', to, delivery);
  const pushed = () => host.archivedEvents().filter((event) => event['detail-type'] === 'source.pushed');

  beforeAll(async () => {
    host = await startE2eHost();
    secrets = new SecretsManagerClient({
      region: 'eu-west-1',
      endpoint: host.awsUrl,
      credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    });
    const SecretString = JSON.stringify(['the next secret', webhookSecret]);
    await secrets.send(new CreateSecretCommand({ Name: 'deployment-service/webhooks/github', SecretString }));
    await register(host.api, 'orders', 'https://github.com/acme/orders');
  });
  afterAll(async () => {
    secrets.destroy();
    await host.close();
  });

  it('refuses what does not prove itself, with 401 and no word of what it knows', async () => {
    const good = githubDelivery(githubPush());
    const { 'x-hub-signature-256': _, ...unsigned } = good.headers;
    const attempts = [
      githubDelivery(githubPush(), { secret: 'a guess' }),
      { ...good, headers: unsigned },
      { ...good, body: good.body.replace('"ref"', ' "ref"') },
      { ...good, body: 'not json' },
      { ...good, body: '' },
    ];
    for (const attempt of attempts) {
      const { status, headers, body } = await host.api.as(undefined).refused('POST', path, attempt);
      expect([status, headers.get('content-type'), body.code]).toEqual([
        401,
        'application/problem+json',
        'unauthenticated',
      ]);
      expect(JSON.stringify(body)).not.toMatch(/orders|acme|secret between/);
    }
    expect(pushed()).toEqual([]);
  });

  it('refuses bytes that are no text in the same way, and takes them when they are signed', async () => {
    const bytes = Buffer.from([0x7b, 0xff, 0xfe, 0x7d]);
    const { createHmac } = await import('node:crypto');
    const signature = createHmac('sha256', webhookSecret).update(bytes).digest('hex');
    const send = (value: string) =>
      fetch(`${host.apiUrl}${path}`, { method: 'POST', headers: { 'x-hub-signature-256': value }, body: bytes });
    expect((await send(`sha256=${'0'.repeat(64)}`)).status).toBe(401);
    // The signature is right, so the bytes came as they were; that they are no JSON is told only now.
    const told = await send(`sha256=${signature}`);
    expect([told.status, await told.text()]).toEqual([422, expect.stringContaining('is not JSON')]);
  });

  it('answers a ping, tags, deletions and other events with what it made of them', async () => {
    const cases = [
      [githubDelivery({ zen: 'Keep it logically awesome.' }, { event: 'ping' }), /set up/],
      [githubDelivery({ action: 'opened' }, { event: 'pull_request' }), /pull_request/],
      [githubDelivery(githubPush({ more: { ref: 'refs/tags/v1' } })), /tag/],
      [githubDelivery(githubPush({ more: { deleted: true } })), /deleted/],
      [githubDelivery(githubPush({ cloneUrl: 'https://github.com/acme/unknown' })), /No service is registered/],
    ] as const;
    for (const [delivery, reason] of cases) {
      const { status, body } = await post(delivery);
      expect([status, JSON.parse(body)]).toEqual([
        200,
        { decision: 'ignored', reason: expect.stringMatching(reason) as string, services: [] },
      ]);
    }
    expect(pushed()).toEqual([]);
  });

  it('takes a push once, however often it is sent and under whichever id', async () => {
    const payload = githubPush({ pushedAtMs: Date.now() });
    const first = githubDelivery(payload);
    const answers = await Promise.all([post(first), post(first), post(first)]);
    const again = await post(githubDelivery(payload));
    const codes = [...answers, again].map(({ status }) => status);
    expect(codes.filter((status) => status === 202)).toHaveLength(1);
    expect(codes.filter((status) => status === 200)).toHaveLength(3);
    await expect.poll(() => new Set(pushed().map(({ detail }) => (detail as { id: string }).id)).size).toBe(1);
  });

  it('refuses a push that was kept for days', async () => {
    const delivery = githubDelivery(githubPush({ pushedAtMs: Date.now() - 4 * 24 * 3_600_000 }));
    const { status, body } = await host.api.as(undefined).refused('POST', path, delivery);
    expect([status, body.code]).toEqual([409, 'conflict']);
  });

  it('names every place of a push that is not as documented', async () => {
    const delivery = githubDelivery(githubPush({ commit: 'abc' }));
    const { status, body } = await host.api.as(undefined).refused('POST', path, delivery);
    expect([status, body.faults?.map(({ pointer }) => pointer)]).toEqual([422, ['/after']]);
  });

  it('takes a push of three megabytes, and refuses one of five', async () => {
    const commits = (megabytes: number) => ({ commits: ['x'.repeat(megabytes * 1024 * 1024)] });
    const large = githubDelivery(githubPush({ cloneUrl: 'https://github.com/a/b', more: commits(3) }));
    expect((await post(large)).status).toBe(200);
    const { status, body } = await host.api
      .as(undefined)
      .refused('POST', path, githubDelivery(githubPush({ more: commits(5) })));
    expect([status, body.code]).toEqual([422, 'validation_error']);
  });

  it('of another provider does not take the signature of this one', async () => {
    expect((await post(githubDelivery(githubPush()), '/v1/webhooks/gitlab')).status).toBe(401);
    await secrets.send(
      new CreateSecretCommand({ Name: 'deployment-service/webhooks/gitlab', SecretString: 'placeholder' }),
    );
    await secrets.send(
      new PutSecretValueCommand({ SecretId: 'deployment-service/webhooks/gitlab', SecretString: webhookSecret }),
    );
    expect((await post(githubDelivery(githubPush()), '/v1/webhooks/gitlab')).status).toBe(401);
  });
});
