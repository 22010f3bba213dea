import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CreateSecretCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { deploy, register } from '#test/support/deployments.ts';
import { startE2eHost, type E2eHost } from '#test/support/e2e-host.ts';
import { openReceiver } from '#test/support/small-receiver.ts';

const failing = {
  apiVersion: 'deployment-service/v1',
  name: 'noisy',
  target: { type: 'lambda', handler: 'index.handler', runtime: 'nodejs24.x' },
  build: {
    test: { commands: ['echo the test failed; exit 1'] },
    bundle: { commands: ['mkdir dist'], output: 'dist' },
  },
  environments: { staging: {} },
  notifications: [
    { type: 'slack', webhook: 'secretsmanager:noisy/slack' },
    { type: 'email', addresses: ['team@example.com'], environments: ['staging'] },
  ],
};

let host: E2eHost;
let server: Awaited<ReturnType<typeof openReceiver>>;
beforeAll(async () => {
  server = await openReceiver(() => ({ status: 200 }));
  host = await startE2eHost();
});
afterAll(async () => {
  await host.close();
  await server.close();
});

it('a deployment that fails is told of where its manifest says, once each', async () => {
  const secrets = new SecretsManagerClient({
    endpoint: host.awsUrl,
    region: 'eu-west-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  });
  const SecretString = `${server.url}/hook`;
  await secrets.send(new CreateSecretCommand({ Name: 'noisy/slack', SecretString }));
  const repository = await host.repository('noisy');
  const commit = await repository.commit({ 'service.yaml': JSON.stringify(failing) }, 'Break it');
  await register(host.api, 'noisy', repository.url);
  const ended = await deploy(host.api, 'noisy', 'staging', commit);
  expect(ended.status).toBe('failed');

  const mailbox = join(host.directory, 'mailbox');
  await vi.waitFor(
    async () => {
      expect(server.received).toHaveLength(1);
      expect(await readdir(mailbox)).toHaveLength(1);
    },
    { timeout: 30_000, interval: 200 },
  );
  const { text } = (server.received[0] ?? { body: {} }).body as { text: string };
  expect(text).toContain('*noisy: deployment to staging failed*');
  expect(text).toContain(`Commit ${commit.slice(0, 7)}: Break it`);
  expect(text).toContain(`/v1/deployments/${ended.id}`);
  const [file = ''] = await readdir(mailbox);
  expect(await readFile(join(mailbox, file), 'utf8')).toMatch(/^To: .*team@example\.com/m);
});
