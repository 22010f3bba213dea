import { DescribeTasksCommand, ListTasksCommand, UpdateServiceCommand } from '@aws-sdk/client-ecs';
import { spawn } from 'node:child_process';
import { request } from 'node:http';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { processIdentity } from '#local/services/lambda/process-identity.ts';
import { openProcessLedger } from '#local/services/lambda/process-ledger.ts';
import { openStore } from '#local/store.ts';
import { aService, aTargetGroup, primaryOf, type EcsUnderTest } from './ecs-host.ts';
import { aRealDefinition, startRealEcs, until } from './ecs-real-host.ts';

type RealHost = Awaited<ReturnType<typeof startRealEcs>>;

const server = `
import { createServer } from 'node:http';
console.log('up with ' + process.env.GREETING);
console.error('and errors');
const server = createServer(async (request, response) => {
  if (request.url === '/slow') await new Promise((resolve) => setTimeout(resolve, 400));
  const { FROM_IMAGE, GREETING, TOKEN, AWS_ENDPOINT_URL, ECS_TASK_ARN, HOST_SECRET } = process.env;
  response.end(JSON.stringify({ pid: process.pid, cwd: process.cwd(), argv: process.argv.slice(2),
    FROM_IMAGE, GREETING, TOKEN, AWS_ENDPOINT_URL, ECS_TASK_ARN, HOST_SECRET }));
}).listen(process.env.PORT);
process.on('SIGTERM', () => { console.log('asked to stop'); server.close(); server.closeIdleConnections(); });
`;

interface Answer {
  readonly status: number | undefined;
  readonly version: unknown;
  readonly body: Readonly<Record<string, unknown>>;
}

function ask(host: RealHost, path = '/'): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const headers = { host: 'greeter.staging.localhost' };
    const asked = request({ host: '127.0.0.1', port: host.port, path, headers, agent: false }, (answer) => {
      let text = '';
      answer.on('data', (chunk: Buffer) => (text += chunk.toString()));
      answer.on('end', () => {
        const body = JSON.parse(text) as Readonly<Record<string, unknown>>;
        resolve({ status: answer.statusCode, version: answer.headers['x-executed-version'], body });
      });
    });
    asked.on('error', reject);
    asked.end();
  });
}

async function served(host: RealHost, container: Parameters<typeof aRealDefinition>[1] = {}): Promise<void> {
  const group = await aTargetGroup(host.elb);
  const taskDefinition = await aRealDefinition(host.client, container);
  await aService(host as unknown as EcsUnderTest, { group, taskDefinition, desiredCount: 1 });
}

const complete = async (host: RealHost) => (await primaryOf(host.client)).rolloutState === 'COMPLETED';

test('a task runs the program of its image with its variables and secrets, and with nothing of the host', async () => {
  process.env['HOST_SECRET'] = 'must not leak';
  const reference = 'arn:aws:secretsmanager:eu-west-1:000000000000:secret:greeter/token';
  const host = await startRealEcs({ files: { 'server.mjs': server }, secrets: { [reference]: 'the-token' } });
  await served(host, {
    command: ['node', 'server.mjs', '/app/server.mjs'],
    environment: [
      { name: 'GREETING', value: 'hello' },
      { name: 'PORT', value: '8080' },
    ],
    secrets: [{ name: 'TOKEN', valueFrom: reference }],
  });
  await until(() => complete(host));
  const { status, version, body } = await ask(host);
  delete process.env['HOST_SECRET'];
  expect({ status, version }).toEqual({ status: 200, version: 'greeter:1' });
  const root = `${host.directory}/roots/sha256-1/app`;
  expect(body).toMatchObject({
    cwd: root,
    argv: [`${root}/server.mjs`],
    FROM_IMAGE: 'yes',
    GREETING: 'hello',
    TOKEN: 'the-token',
    AWS_ENDPOINT_URL: 'http://127.0.0.1:4566',
    ECS_TASK_ARN: expect.stringContaining(':task/services/') as string,
  });
  expect(body).not.toHaveProperty('HOST_SECRET');

  await until(() => host.written.length >= 2);
  const id = String(body['ECS_TASK_ARN']).split('/').at(-1);
  expect(host.written.map(({ stream }) => stream)).toEqual([`tasks/service/${id}`, `tasks/service/${id}`]);
  expect(host.written.map(({ message }) => message).toSorted()).toEqual(['and errors', 'up with hello']);
  const rows = host.store.prepare('SELECT record FROM ecs_task UNION ALL SELECT record FROM ecs_definition').all();
  expect(JSON.stringify(rows)).not.toContain('the-token');
});

test('a task that goes answers what it was asked before, and is asked to stop only then', async () => {
  const host = await startRealEcs({ files: { 'server.mjs': server } });
  await served(host);
  await until(() => complete(host));
  const { body } = await ask(host);
  const underWay = ask(host, '/slow');
  await new Promise((resolve) => setTimeout(resolve, 100));
  await host.client.send(new UpdateServiceCommand({ cluster: 'services', service: 'greeter', desiredCount: 0 }));
  expect((await underWay).body['pid']).toBe(body['pid']);
  await until(() => processIdentity(Number(body['pid'])) === undefined);
  expect(host.written.map(({ message }) => message)).toContain('asked to stop');
});

test.each([
  ['no such program', { command: ['not-a-program'] }, /executable file not found/],
  [
    'a secret that is not there',
    { secrets: [{ name: 'TOKEN', valueFrom: 'arn:aws:secretsmanager:eu-west-1:000000000000:secret:none' }] },
    /^ResourceInitializationError.*secret:none.*ResourceNotFoundException/,
  ],
  ['a working directory that the image lacks', { workingDirectory: '/nowhere' }, /working directory \/nowhere/],
])('a task with %s says why it did not start', async (_what, container, reason) => {
  const host = await startRealEcs({ files: { 'server.mjs': server } });
  await served(host, container);
  const stopped = new ListTasksCommand({ cluster: 'services', desiredStatus: 'STOPPED' });
  await until(async () => ((await host.client.send(stopped)).taskArns ?? []).length > 0);
  const { taskArns = [] } = await host.client.send(stopped);
  const { tasks = [] } = await host.client.send(new DescribeTasksCommand({ cluster: 'services', tasks: taskArns }));
  expect(tasks[0]).toMatchObject({
    stopCode: 'TaskFailedToStart',
    stoppedReason: expect.stringMatching(reason) as string,
  });
});

test('what a killed host left is ended, and the service comes back to its tasks', async () => {
  const host = await startRealEcs({ files: { 'server.mjs': server } });
  await served(host);
  await until(() => complete(host));
  const { body } = await ask(host);
  await host.close();
  const { directory } = host;
  // Of a host that was killed, tasks would run on; the ledger is what the next one knows of them.
  const orphan = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { detached: true, stdio: 'ignore' });
  const store = openStore(join(directory, 'state.sqlite'));
  openProcessLedger(store, 'ecs_process').started(orphan.pid ?? 0);
  store.close();

  const next = await startRealEcs({ files: { 'server.mjs': server }, directory });
  await until(() => processIdentity(orphan.pid ?? 0) === undefined);
  await until(async () => (await ask(next)).status === 200);
  const again = await ask(next);
  expect(again.version).toBe('greeter:1');
  expect(again.body['pid']).not.toBe(body['pid']);
});
