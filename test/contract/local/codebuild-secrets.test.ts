import {
  BatchGetBuildsCommand,
  CodeBuildClient,
  CreateProjectCommand,
  StartBuildCommand,
} from '@aws-sdk/client-codebuild';
import type { Build, EnvironmentVariable } from '@aws-sdk/client-codebuild';
import { CreateSecretCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { systemClock } from '#local/clock.ts';
import { createGateway } from '#local/gateway/gateway.ts';
import { openSealer } from '#local/sealer.ts';
import { createCodeBuild, type CodeBuildService } from '#local/services/codebuild/create-codebuild.ts';
import { createSecretsManager } from '#local/services/secretsmanager/create-secrets-manager.ts';
import { createSsm } from '#local/services/ssm/create-ssm.ts';
import { openStore } from '#local/store.ts';
import { against } from '#test/support/clients.ts';
import { formsOf, storedBytes } from './stored-bytes.ts';

const password = 'correct horse battery staple';
const token = 'tok/en+with=marks&more';
let directory: string;
let codebuild: CodeBuildService;
let client: CodeBuildClient;
let lines: string[];
let events: unknown[];

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'codebuild-secrets-'));
  lines = [];
  events = [];
  const shared = { store: openStore(join(directory, 'state.sqlite')), clock: systemClock };
  const sealer = openSealer(join(directory, 'seal.key'));
  const secretsManager = createSecretsManager({ ...shared, sealer });
  const parameterStore = createSsm({ ...shared, sealer });
  codebuild = createCodeBuild({
    ...shared,
    workspaceRoot: join(directory, 'builds'),
    s3: { get: () => Promise.reject(new Error('NoSuchKey')), put: () => Promise.resolve() },
    logs: { put: (_group, _stream, put) => lines.push(...put.map(({ message }) => message)) },
    onBuildStateChange: (detail) => void events.push(detail),
    secrets: {
      secretsManager: (reference) => secretsManager.resolveReference(reference),
      parameterStore: (reference) => parameterStore.resolveReference(reference),
    },
    maxConcurrentBuilds: 1,
  });
  const options = against(createGateway([secretsManager, parameterStore, codebuild]));
  await new SecretsManagerClient(options).send(
    new CreateSecretCommand({ Name: 'shop/db', SecretString: JSON.stringify({ password }) }),
  );
  await new SSMClient(options).send(
    new PutParameterCommand({ Name: '/shop/token', Value: token, Type: 'SecureString' }),
  );
  client = new CodeBuildClient(options);
});
afterEach(async () => {
  await codebuild.close();
  rmSync(directory, { recursive: true });
});

const fromSecret = (name: string, value: string): EnvironmentVariable => ({ name, value, type: 'SECRETS_MANAGER' });
const fromParameter = (name: string, value: string): EnvironmentVariable => ({ name, value, type: 'PARAMETER_STORE' });

async function build(
  spec: object,
  project: EnvironmentVariable[],
  override: EnvironmentVariable[] = [],
): Promise<Build> {
  await client.send(
    new CreateProjectCommand({
      name: 'app',
      source: { type: 'NO_SOURCE' },
      artifacts: { type: 'NO_ARTIFACTS' },
      environment: {
        type: 'LINUX_CONTAINER',
        image: 'node:24',
        computeType: 'BUILD_GENERAL1_SMALL',
        environmentVariables: project,
      },
      serviceRole: 'arn:aws:iam::000000000000:role/build',
    }),
  );
  const { build: started } = await client.send(
    new StartBuildCommand({
      projectName: 'app',
      buildspecOverride: JSON.stringify({ version: 0.2, ...spec }),
      environmentVariablesOverride: override,
    }),
  );
  const id = started?.id ?? '';
  await codebuild.ended(id);
  return (await client.send(new BatchGetBuildsCommand({ ids: [id] }))).builds![0]!;
}

const hash = (text: string): string => createHash('sha256').update(text).digest('hex');
const printHash = (variable: string) => `printf %s "$${variable}" | sha256sum`;

test('variables that refer to secrets and parameters reach the commands, from project, request and buildspec', async () => {
  const done = await build(
    {
      env: { 'secrets-manager': { FROM_SPEC: 'shop/db:password' }, 'parameter-store': { TOKEN_SPEC: '/shop/token' } },
      phases: { build: { commands: ['PASSWORD', 'TOKEN', 'FROM_SPEC', 'TOKEN_SPEC'].map(printHash) } },
    },
    [fromSecret('PASSWORD', 'shop/db:password'), { name: 'TOKEN', value: 'overridden' }],
    [fromParameter('TOKEN', '/shop/token')],
  );
  expect(done.buildStatus).toBe('SUCCEEDED');
  expect(lines.filter((line) => line.endsWith('-\n')).map((line) => line.slice(0, 64))).toEqual([
    hash(password),
    hash(token),
    hash(password),
    hash(token),
  ]);
});

test('no value is in the record, the events, the log or the files of the store', async () => {
  const done = await build(
    {
      env: { 'exported-variables': ['PASSWORD', 'MADE_OF_IT', 'PLAIN'] },
      phases: {
        build: { commands: ['echo "it is $PASSWORD and $TOKEN"', 'MADE_OF_IT="<$TOKEN>"; PLAIN=seen', 'false'] },
      },
    },
    [fromSecret('PASSWORD', 'shop/db:password'), fromParameter('TOKEN', '/shop/token')],
  );
  expect(done.buildStatus).toBe('FAILED');
  expect(done.environment?.environmentVariables).toEqual([
    fromSecret('PASSWORD', 'shop/db:password'),
    fromParameter('TOKEN', '/shop/token'),
  ]);
  expect(lines).toContain('it is *** and ***\n');
  expect(done.exportedEnvironmentVariables).toEqual([
    { name: 'MADE_OF_IT', value: '<***>' },
    { name: 'PLAIN', value: 'seen' },
  ]);
  expect(events).not.toEqual([]);
  const stored = storedBytes(directory);
  expect(stored.includes('MADE_OF_IT')).toBe(true);
  for (const form of [...formsOf(password), ...formsOf(token)]) {
    expect(JSON.stringify([done, events, lines])).not.toContain(form);
    expect(stored.includes(form), form).toBe(false);
  }
});

test.each([
  {
    variable: fromSecret('A', 'shop/none:password'),
    statusCode: 'Secrets Manager Error',
    message: "ResourceNotFoundException: Secrets Manager can't find the specified secret.",
  },
  {
    variable: fromSecret('A', 'shop/db:user'),
    statusCode: 'Secrets Manager Error',
    message:
      "ResourceNotFoundException: Secrets Manager can't find the specified secret value for JSON key: user of shop/db",
  },
  {
    variable: fromParameter('A', '/shop/none'),
    statusCode: 'Decrypted Variables Error',
    message: 'parameter does not exist: /shop/none',
  },
])('$variable.value fails the build before any command', async ({ variable, statusCode, message }) => {
  const done = await build({ phases: { build: { commands: ['echo ran'] } } }, [], [variable]);
  expect(done.buildStatus).toBe('FAILED');
  const phase = done.phases?.find(({ phaseStatus }) => phaseStatus === 'FAILED');
  expect(phase).toMatchObject({ phaseType: 'DOWNLOAD_SOURCE', contexts: [{ statusCode, message }] });
  expect(lines).not.toContain('ran\n');
});
