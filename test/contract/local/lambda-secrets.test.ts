import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CreateSecretCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { expect, test } from 'vitest';
import { systemClock } from '#local/clock.ts';
import { createGateway } from '#local/gateway/gateway.ts';
import { openSealer } from '#local/sealer.ts';
import { createSecretsManager } from '#local/services/secretsmanager/create-secrets-manager.ts';
import { createSsm } from '#local/services/ssm/create-ssm.ts';
import { openStore } from '#local/store.ts';
import { lambdaStartFiles } from '#runner/lambda-start-files.ts';
import { reproducibleZip } from '#runner/zip.ts';
import { lambdaSecretVariables } from '#schemas/service/lambda-secret-variables.ts';
import { createFunction, invoke, scratchFolder, startLambda } from './lambda-host.ts';
import { overSocket } from './over-socket.ts';

const awkward = `it's "a" $HOME \`id\`\nsecond line \\ äö`;

/** A function whose artifact was zipped as a build zips it, with the stores that its secrets lie in. */
async function functionWith(secrets: Record<string, string>, code: string) {
  const folder = scratchFolder();
  const store = openStore(join(folder, 'secrets.db'));
  const shared = { store, clock: systemClock, sealer: openSealer(join(folder, 'seal.key')) };
  const options = await overSocket(createGateway([createSecretsManager(shared), createSsm(shared)]));
  const secretsManager = new SecretsManagerClient(options);
  await secretsManager.send(new CreateSecretCommand({ Name: 'orders/awkward', SecretString: awkward }));
  const members = JSON.stringify({ user: 'app', password: 'correct horse', port: 5432 });
  await secretsManager.send(new CreateSecretCommand({ Name: 'orders/db', SecretString: members }));
  await new SSMClient(options).send(
    new PutParameterCommand({ Name: '/orders/api/key', Type: 'SecureString', Value: 'k3y-of-api' }),
  );

  const lines: string[] = [];
  const { client } = startLambda({
    environment: {
      AWS_ENDPOINT_URL: options.endpoint,
      AWS_ACCESS_KEY_ID: 'local',
      AWS_SECRET_ACCESS_KEY: 'local',
    },
    logs: { put: (_group, _stream, events) => lines.push(...events.map(({ message }) => message)) },
  });
  const output = join(folder, 'dist');
  mkdirSync(output);
  writeFileSync(join(output, 'index.mjs'), code);
  await createFunction(client, '', {
    Code: { ZipFile: await reproducibleZip(output, await lambdaStartFiles()) },
    Environment: { Variables: lambdaSecretVariables(secrets) },
  });
  return { client, lines };
}

test('a function gets its secrets as variables, from both stores, whatever characters they have', async () => {
  const { client } = await functionWith(
    {
      AWKWARD: 'secretsmanager:orders/awkward',
      PASSWORD: 'secretsmanager:orders/db#password',
      PORT: 'secretsmanager:orders/db#port',
      API_KEY: 'ssm:/orders/api/key',
    },
    `const { AWKWARD, PASSWORD, PORT, API_KEY } = process.env;
     export const handler = async () => ({ AWKWARD, PASSWORD, PORT, API_KEY });`,
  );
  const { result, error } = await invoke(client);
  expect(error).toBeUndefined();
  expect(result).toEqual({ AWKWARD: awkward, PASSWORD: 'correct horse', PORT: '5432', API_KEY: 'k3y-of-api' });
});

test('what the function prints does not show them, at its start as later', async () => {
  const { client, lines } = await functionWith(
    { API_KEY: 'ssm:/orders/api/key' },
    `const { API_KEY } = process.env;
     console.error(new Error('cannot connect with ' + API_KEY));
     export const handler = async () => {
       console.log({ header: API_KEY }, Buffer.from(API_KEY).toString('base64'), encodeURIComponent(API_KEY));
       console.log('plain', { n: 1 });
       process.stdout.write('written ' + API_KEY + '\\n');
       process.stderr.write(Buffer.from('bytes ' + API_KEY + '\\n'));
       throw new Error('failed with ' + API_KEY);
     };`,
  );
  const { error } = await invoke(client, { tail: true });
  expect(error).toBe('Unhandled');
  const log = lines.join('\n');
  for (const shown of [
    'cannot connect with ***',
    "{ header: '***' } *** ***",
    'plain { n: 1 }',
    'written ***',
    'bytes ***',
    'failed with ***',
  ]) {
    expect(log).toContain(shown);
  }
  expect(log).not.toContain('k3y-of-api');
  expect(log).not.toContain(Buffer.from('k3y-of-api').toString('base64'));
});

test('a secret that cannot be had ends the start, naming every one and never a value', async () => {
  const { client, lines } = await functionWith(
    {
      ABSENT: 'secretsmanager:orders/none',
      NO_KEY: 'secretsmanager:orders/db#nothing',
      NO_JSON: 'secretsmanager:orders/awkward#key',
      NO_PARAMETER: 'ssm:/orders/none',
      FINE: 'ssm:/orders/api/key',
    },
    'export const handler = async () => ({});',
  );
  const { error, result } = await invoke(client);
  expect(error).toBe('Unhandled');
  expect(result).toMatchObject({ errorType: 'Runtime.ExitError' });
  const prefix = 'deployment-service: the secret';
  expect(lines.filter((line) => line.startsWith(prefix)).sort()).toEqual(
    [
      `${prefix} ABSENT (secretsmanager:orders/none) cannot be had: there is no such secret`,
      `${prefix} NO_JSON (secretsmanager:orders/awkward#key) cannot be had: its value is not JSON, so it has no keys`,
      `${prefix} NO_KEY (secretsmanager:orders/db#nothing) cannot be had: its value has no key "nothing"`,
      `${prefix} NO_PARAMETER (ssm:/orders/none) cannot be had: there is no such parameter`,
    ].sort(),
  );
  expect(lines.join('\n')).not.toMatch(/it's|correct horse|k3y-of-api/);
});

test('a wrapper gets the runtime to start, with its own path in the folder of the code', async () => {
  const folder = scratchFolder();
  mkdirSync(join(folder, 'dist'));
  writeFileSync(join(folder, 'dist', 'index.mjs'), 'export const handler = async () => process.env.WRAPPED;');
  const content = Buffer.from('#!/bin/sh\nexport WRAPPED="by $0"\nexec "$@"\n');
  const { client } = startLambda();
  await createFunction(client, '', {
    Code: { ZipFile: await reproducibleZip(join(folder, 'dist'), [{ name: 'own/start', content, executable: true }]) },
    Environment: { Variables: { AWS_LAMBDA_EXEC_WRAPPER: '/var/task/own/start' } },
  });
  expect((await invoke(client)).result).toMatch(/^by \/.*\/own\/start$/);
});
