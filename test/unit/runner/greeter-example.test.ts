import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, readFileSync } from 'node:fs';
import { get } from 'node:http';
import { createServer, type AddressInfo } from 'node:net';
import { dirname, join, resolve } from 'node:path';
import { CreatePullThroughCacheRuleCommand } from '@aws-sdk/client-ecr';
import { describe, expect, it, onTestFinished } from 'vitest';
import { parse } from 'yaml';
import { openEcr } from '#runner/image/open-ecr.ts';
import { createLog } from '#runner/log.ts';
import { runBuild } from '#runner/run-build.ts';
import { manifestSchema } from '#schemas/service/manifest.ts';
import type { StageMark } from '#schemas/workflows/stage-mark.ts';
import { openEcrHost } from '#test/contract/local/ecr-host.ts';
import { givenPlan } from './given-plan.ts';
import { noCache } from './no-cache.ts';
import { memoryBlobs } from './memory-blobs.ts';
import { tempDirectory } from './temp-directory.ts';

const registry = '000000000000.dkr.ecr.eu-west-1.amazonaws.com';

/** Builds a copy of the example by its own manifest, and pushes its image to a registry of its own. */
async function buildGreeter() {
  const source = tempDirectory();
  cpSync(resolve('examples/greeter'), source, { recursive: true });
  const { build, target } = manifestSchema.parse(parse(readFileSync(join(source, 'service.yaml'), 'utf8')));
  if (target.type !== 'ecs') throw new Error('The example is for ECS.');
  const host = await openEcrHost();
  await host.client.send(
    new CreatePullThroughCacheRuleCommand({ ecrRepositoryPrefix: 'ecr-public', upstreamRegistryUrl: 'public.ecr.aws' }),
  );
  await host.makeRepository('services/greeter', 'IMMUTABLE');
  const marks: StageMark[] = [];
  const PATH = `${dirname(process.execPath)}:${process.env['PATH'] ?? ''}`;
  const plan = givenPlan(
    {},
    {
      service: 'greeter',
      stages: (['install', 'compile', 'test', 'bundle'] as const).flatMap((name) => {
        const stage = build[name];
        return stage ? [{ name, commands: stage.commands, timeoutSeconds: stage.timeoutSeconds }] : [];
      }),
      reports: [{ stage: 'test', type: 'junit', path: 'reports/junit.xml' }],
      output: build.bundle.output,
      artifact: {
        format: 'image',
        registry,
        repository: 'services/greeter',
        base: target.baseImage.replace('public.ecr.aws', 'ecr-public'),
        platform: 'linux/arm64',
        command: target.command,
        port: target.port,
      },
    },
  );
  const artifact = await runBuild(
    { plan, buildId: 'build:1', source, environment: { PATH, HOME: source } },
    {
      blobs: memoryBlobs().store,
      marks: { post: async (mark) => void marks.push(mark) },
      log: createLog(() => undefined),
      ...noCache,
      openRegistry: () => openEcr(host.client),
      now: () => new Date(),
      timeoutAfter: (seconds) => AbortSignal.timeout(seconds * 1000),
    },
  );
  return { artifact, marks, host };
}

describe('the greeter example', () => {
  it('is built and tested by its own manifest, and runs from its image', async () => {
    const { artifact, marks, host } = await buildGreeter();
    expect(marks.map(({ stage, status }) => `${stage} ${status}`)).toEqual(
      ['install', 'compile', 'test', 'bundle'].flatMap((stage) => [`${stage} started`, `${stage} succeeded`]),
    );
    expect(marks.find(({ reports }) => reports)?.reports).toMatchObject([{ tests: 8, failures: 0, errors: 0 }]);

    const root = join(tempDirectory(), 'image');
    const { cmd, env, workingDir } = await host.ecr.unpackImage(artifact.key, root);
    expect([cmd, workingDir, env['PORT']]).toEqual([['node', 'main.mjs'], '/app', '8080']);
    const port = await freePort();
    const program = spawn(process.execPath, cmd.slice(1), {
      cwd: join(root, workingDir),
      env: { ...env, PORT: String(port), DEPLOYMENT_COMMIT: 'abc' },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    onTestFinished(() => void program.kill('SIGKILL'));
    await once(program.stdout, 'data');
    expect(await answerOf(port, '/')).toEqual({ service: 'greeter', commit: 'abc' });
    expect(await answerOf(port, '/health')).toEqual({ status: 'ok' });
    program.kill('SIGTERM');
    expect(await once(program, 'exit')).toEqual([0, null]);
  });
});

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

async function answerOf(port: number, path: string): Promise<unknown> {
  const request = get({ port, path, host: '127.0.0.1', agent: false });
  const [response] = (await once(request, 'response')) as [AsyncIterable<Buffer>];
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk);
  return JSON.parse(Buffer.concat(chunks).toString('utf8'));
}
