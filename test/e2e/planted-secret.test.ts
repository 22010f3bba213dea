import { createHash } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { CreateSecretCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DeploymentView } from '#schemas/api/deployment-view.ts';
import { askService } from '#test/support/ask-service.ts';
import { deploy, register } from '#test/support/deployments.ts';
import { makeRoot, startE2eHost, type E2eHost } from '#test/support/e2e-host.ts';
import { storedTexts, type StoredText } from '#test/support/stored-texts.ts';
import { toldTexts } from '#test/support/told-texts.ts';

const planted = { DB_PASSWORD: `pl4nted/Pass+word"&é`, API_KEY: 'k3y-of-the-api' };
const canary = 'the canary was here';

const manifest = {
  apiVersion: 'deployment-service/v1',
  name: 'planted',
  target: { type: 'lambda', handler: 'index.handler', runtime: 'nodejs24.x' },
  build: {
    secrets: { DB_PASSWORD: 'secretsmanager:planted/db#password', API_KEY: 'ssm:/planted/api/key' },
    test: { commands: ['node print.mjs'] },
    bundle: { commands: ['mkdir dist', 'cp index.mjs dist/'], output: 'dist' },
  },
  reports: [{ stage: 'test', type: 'junit', path: 'junit.xml' }],
  environments: {
    staging: { secrets: { DB_PASSWORD: 'secretsmanager:planted/db#password', API_KEY: 'ssm:/planted/api/key' } },
    production: {},
  },
  healthCheck: { path: '/health', bodyContains: 'ok', successes: 1 },
};

/** Prints the secrets in every way it knows, and reports them; exits with `code`. */
const print = (code: number): string => `
import { writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
console.log(${JSON.stringify(canary)});
for (const secret of [process.env.DB_PASSWORD, process.env.API_KEY]) {
  const base64 = Buffer.from(secret).toString('base64');
  console.log('raw', secret);
  console.log('base64', base64, Buffer.from('user:' + secret).toString('base64'));
  console.log('url', encodeURIComponent(secret), encodeURIComponent(secret).replaceAll(/%../g, (each) => each.toLowerCase()));
  console.log('json', JSON.stringify({ secret }));
  process.stdout.write('two writes ' + secret.slice(0, 6));
  await sleep(100);
  process.stdout.write(secret.slice(6) + '\\n');
  console.log('folded\\n' + base64.replaceAll(/.{8}/g, '$&\\n'));
  console.error(new Error('cannot connect with ' + secret));
}
const xml = process.env.DB_PASSWORD.replaceAll('&', '&amp;').replaceAll('"', '&quot;');
const failure = ${code} === 0 ? '' : '<failure message="got ' + xml + '">' + xml + ' ' + process.env.API_KEY + '</failure>';
writeFileSync('junit.xml', '<testsuite name="s"><testcase name="connects with ' + xml + '">' + failure
  + '</testcase><system-out>' + xml + '</system-out></testsuite>');
process.exit(${code});
`;

const service = `
import { createHash } from 'node:crypto';
const { DB_PASSWORD, API_KEY } = process.env;
console.error(new Error('cannot connect with ' + DB_PASSWORD + ', ' + encodeURIComponent(DB_PASSWORD)));
const hash = (text) => createHash('sha256').update(text ?? '').digest('hex');
export const handler = async ({ rawPath }) => {
  if (rawPath === '/fail') throw new Error('failed with ' + DB_PASSWORD + ' and ' + API_KEY);
  return { statusCode: 200, body: JSON.stringify({ status: 'ok', hashes: [hash(DB_PASSWORD), hash(API_KEY)] }) };
};
`;

/** As the host's files may hold it: bytes of UTF-8, also within JSON, base64 wherever it stands, or a URL. */
function formsOf(secret: string): readonly string[] {
  const bytes = Buffer.from(secret);
  const inBase64 = [0, 1, 2].map((offset) => {
    const text = Buffer.concat([Buffer.alloc(offset), bytes]).toString('base64');
    return text.slice(Math.ceil((8 * offset) / 6), Math.floor((8 * (offset + bytes.length)) / 6));
  });
  const url = encodeURIComponent(secret);
  const lower = url.replaceAll(/%../g, (each) => each.toLowerCase());
  const forms = [
    secret,
    JSON.stringify(secret).slice(1, -1),
    secret.replaceAll('&', '&amp;').replaceAll('"', '&quot;'),
  ];
  return [...forms, ...inBase64, url, lower, bytes.toString('hex')].map((form) => Buffer.from(form).toString('latin1'));
}

describe('a secret that a build prints and a service tells of', () => {
  let host: E2eHost;
  let failed: DeploymentView;
  let succeeded: DeploymentView;
  let texts: readonly StoredText[];

  beforeAll(async () => {
    host = await startE2eHost(await makeRoot());
    const options = {
      endpoint: host.awsUrl,
      region: 'eu-west-1',
      credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    };
    const members = JSON.stringify({ user: 'app', password: planted.DB_PASSWORD });
    await new SecretsManagerClient(options).send(
      new CreateSecretCommand({ Name: 'planted/db', SecretString: members }),
    );
    await new SSMClient(options).send(
      new PutParameterCommand({ Name: '/planted/api/key', Type: 'SecureString', Value: planted.API_KEY }),
    );
    const repository = await host.repository('planted');
    const files = { 'service.yaml': JSON.stringify(manifest), 'index.mjs': service };
    const bad = await repository.commit({ ...files, 'print.mjs': print(1) });
    const good = await repository.commit({ 'print.mjs': print(0) });
    await register(host.api, 'planted', repository.url);
    failed = await deploy(host.api, 'planted', 'staging', bad);
    succeeded = await deploy(host.api, 'planted', 'staging', good);
  });
  afterAll(async () => {
    await host.close();
    await rm(host.root, { recursive: true, force: true });
  });

  it('reaches both of them: the tests ran with it, and the service answers with its hash', async () => {
    expect(failed).toMatchObject({ status: 'failed', failure: { step: 'test', failedTests: ['connects with ***'] } });
    expect(failed.failure?.testMessages).toEqual([{ name: 'connects with ***', message: 'got ***' }]);
    expect(succeeded, JSON.stringify(succeeded.failure)).toMatchObject({ status: 'succeeded' });
    const { body } = await askService(host.servicesPort, 'planted.staging', '/health');
    const hashes = Object.values(planted).map((secret) => createHash('sha256').update(secret).digest('hex'));
    expect(JSON.parse(body)).toMatchObject({ status: 'ok', hashes });
    expect((await askService(host.servicesPort, 'planted.staging', '/fail')).status).toBeGreaterThanOrEqual(500);
  });

  it('is nowhere in what the host has stored or answers', async () => {
    const told = await toldTexts(host, 'planted', [failed.id, succeeded.id]);
    // Its tables can be read once it has let go of them.
    await host.close();
    texts = [...told, ...(await storedTexts(host.directory))];
    const found = Object.entries(planted).flatMap(([name, secret]) =>
      texts.flatMap(({ place, text }) =>
        formsOf(secret).flatMap((form, index) => (text.includes(form) ? [`${name}, form ${index}: ${place}`] : [])),
      ),
    );
    expect([...new Set(found)]).toEqual([]);
  });

  it('would have been found there: what was printed beside it is', () => {
    const places = texts.filter(({ text }) => text.includes(canary)).map(({ place }) => place);
    expect(places).toEqual(
      expect.arrayContaining([
        expect.stringContaining('state.sqlite!'),
        expect.stringMatching(/^GET .*logs/),
        expect.stringContaining('text/event-stream'),
        'log /deployment-service/builds',
      ]),
    );
    const masked = texts.filter(({ text }) => text.includes('cannot connect with ***')).map(({ place }) => place);
    expect(masked).toEqual(expect.arrayContaining([expect.stringMatching(/^log \/aws\/lambda\/planted-staging/)]));
    const reports = texts.filter(({ text }) => text.includes('<testcase name="connects with ***">'));
    expect(reports.length).toBeGreaterThanOrEqual(2);
    expect(texts.filter(({ place }) => place.startsWith('history of ')).length).toBeGreaterThanOrEqual(2);
  });
});
