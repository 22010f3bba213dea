import { spawn } from 'node:child_process';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { expect, it, onTestFinished } from 'vitest';

const program = fileURLToPath(new URL('../../../src/runner/lambda-start/read-secrets.cjs', import.meta.url));

/** Runs the program against a store that refuses everything in these words. */
async function refused(type: string, message: string, secrets: Record<string, string>) {
  const server = createServer((_, response) => {
    response.writeHead(400, { 'content-type': 'application/x-amz-json-1.1' });
    response.end(JSON.stringify({ __type: type, message, Message: message }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  const child = spawn(process.execPath, [program], {
    env: {
      AWS_ENDPOINT_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      AWS_REGION: 'eu-west-1',
      AWS_ACCESS_KEY_ID: 'a',
      AWS_SECRET_ACCESS_KEY: 'b',
      DEPLOYMENT_SECRETS: JSON.stringify(secrets),
    },
  });
  let out = '';
  let err = '';
  child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()));
  const code = await new Promise((resolve) => child.once('close', resolve));
  return { out, err, code };
}

it('a role without permission is told which one, for which secret', async () => {
  const secrets = { DB: 'secretsmanager:orders/db#password', KEY: 'ssm:/orders/key' };
  const { out, err, code } = await refused('AccessDeniedException', 'some words of hunter2', secrets);
  expect({ out, code }).toEqual({ out: '', code: 1 });
  expect(err.trim().split('\n').sort()).toEqual([
    "deployment-service: the secret DB (secretsmanager:orders/db#password) cannot be had: AccessDeniedException: the function's role needs secretsmanager:GetSecretValue on it, and kms:Decrypt on a key of your own",
    "deployment-service: the secret KEY (ssm:/orders/key) cannot be had: AccessDeniedException: the function's role needs ssm:GetParameters on it, and kms:Decrypt on a key of your own",
  ]);
});

it('any other refusal is told by its kind, since its text could quote what was read', async () => {
  const { err, code } = await refused('InvalidRequestException', 'some words of hunter2', {
    DB: 'secretsmanager:orders/db',
  });
  expect(code).toBe(1);
  expect(err).toBe(
    'deployment-service: the secret DB (secretsmanager:orders/db) cannot be had: InvalidRequestException\n',
  );
});
