import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { unzipSync } from 'fflate';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import * as z from 'zod';
import type { StageMark } from '#schemas/workflows/stage-mark.ts';
import { buildRunnerKit } from '../../../scripts/build-runner-kit.ts';
import { fakeAws } from './fake-aws.ts';
import { DEPLOYMENT, givenPlan } from './given-plan.ts';
import { gitRepository } from './git-repository.ts';
import { tempDirectory } from './temp-directory.ts';

let workshop = '';
beforeAll(async () => {
  workshop = mkdtempSync(join(tmpdir(), 'kit-test-'));
  await buildRunnerKit(join(workshop, 'out', 'runner-kit.zip'));
});
afterAll(() => rmSync(workshop, { recursive: true, force: true }));

const buildspec = z.object({
  version: z.literal(0.2),
  env: z.object({ 'exported-variables': z.array(z.string()) }),
  phases: z.object({ build: z.object({ commands: z.array(z.string()) }) }),
});

/** Runs a buildspec as CodeBuild does: its commands in one shell, the first that fails fails the phase. */
async function runBuildspec(name: 'build' | 'fetch-source', environment: Record<string, string>) {
  const spec = buildspec.parse(parse(readFileSync(resolve('buildspecs', `${name}.yml`), 'utf8')));
  const kit = tempDirectory();
  for (const [file, bytes] of Object.entries(unzipSync(readFileSync(join(workshop, 'out', 'runner-kit.zip'))))) {
    mkdirSync(dirname(join(kit, file)), { recursive: true });
    writeFileSync(join(kit, file), bytes);
  }
  const exported = spec.env['exported-variables'].map((each) => `printf '${each}=%s\\n' "$(printenv ${each})"`);
  const child = spawn('sh', ['-e', '-c', [...spec.phases.build.commands, 'echo ---', ...exported].join('\n')], {
    env: {
      PATH: `${dirname(process.execPath)}:${process.env['PATH'] ?? ''}`,
      HOME: kit,
      AWS_REGION: 'eu-west-1',
      AWS_ACCESS_KEY_ID: 'local',
      AWS_SECRET_ACCESS_KEY: 'local',
      DEPLOYMENT_ID: DEPLOYMENT,
      BLOB_BUCKET: 'blobs',
      CODEBUILD_SRC_DIR: kit,
      ...environment,
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const chunks: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
  const exitCode = await new Promise((settle) => child.once('close', settle));
  const [log = '', after = ''] = Buffer.concat(chunks).toString('utf8').split('---\n');
  return { exitCode, lines: log.trimEnd().split('\n'), exported: after.trimEnd().split('\n') };
}

function givenBuild(endpoint: string) {
  return {
    AWS_ENDPOINT_URL: endpoint,
    PLAN_KEY: 'plans/1.json',
    MARK_FUNCTION: 'post-mark',
    CODEBUILD_BUILD_ID: 'build:1',
    CODEBUILD_SRC_DIR_app: tempDirectory(),
  };
}

describe('the runner kit', () => {
  it('is the same zip each time it is built', async () => {
    await buildRunnerKit(join(workshop, 'again.zip'));
    const [one, other] = ['out/runner-kit.zip', 'again.zip'].map((name) => readFileSync(join(workshop, name)));
    expect(other?.equals(one ?? Buffer.alloc(0))).toBe(true);
    expect(Object.keys(unzipSync(one ?? Buffer.alloc(0)))).toEqual([
      'build.mjs',
      'fetch-source.mjs',
      'lambda-start/hide-secrets.cjs',
      'lambda-start/read-secrets.cjs',
      'lambda-start/with-secrets',
    ]);
  });

  it('builds as its buildspec says: the artifact in the store, its facts exported', async () => {
    const { endpoint, objects, invocations } = await fakeAws();
    objects.set('/blobs/plans/1.json', Buffer.from(JSON.stringify(givenPlan({ install: ['echo hello', 'env'] }))));
    const { exitCode, lines, exported } = await runBuildspec('build', givenBuild(endpoint));

    expect(exitCode).toBe(0);
    expect(lines).toContain('[install] hello');
    expect(lines.filter((line) => line.startsWith('[install] ')).join('\n')).not.toMatch(/AWS_|secret-token/);
    expect(lines.at(-1)).toBe('[runner] finished');
    const key = exported[0]?.replace('ARTIFACT_KEY=', '') ?? '';
    const zip = objects.get(`/blobs/${key}`);
    expect(exported).toEqual([
      `ARTIFACT_KEY=artifacts/orders/${/([0-9a-f]{64})\.zip$/.exec(key)?.[1]}.zip`,
      `ARTIFACT_DIGEST=${/([0-9a-f]{64})\.zip$/.exec(key)?.[1]}`,
      `ARTIFACT_SIZE=${zip?.byteLength}`,
    ]);
    expect((invocations as StageMark[]).map(({ stage, status }) => `${stage} ${status}`)).toEqual([
      'install started',
      'install succeeded',
      'bundle started',
      'bundle succeeded',
    ]);
  });

  it('fails the phase and exports nothing when a stage fails', async () => {
    const { endpoint, objects } = await fakeAws();
    objects.set('/blobs/plans/1.json', Buffer.from(JSON.stringify(givenPlan({ compile: ['exit 4'] }))));
    const { exitCode, lines, exported } = await runBuildspec('build', givenBuild(endpoint));
    expect(exitCode).not.toBe(0);
    expect(lines.slice(-3)).toEqual([
      '[runner] compile failed: exit code 4',
      '[runner] the build failed at compile',
      '[runner] finished',
    ]);
    expect(exported).toEqual(['']);
  });

  it('stops with a clear line when its marks are refused', async () => {
    const { endpoint, objects, invocations } = await fakeAws(() => ({
      status: 200,
      headers: { 'x-amz-function-error': 'Unhandled' },
      body: JSON.stringify({ errorType: 'permission_denied', errorMessage: 'not its token' }),
    }));
    objects.set('/blobs/plans/1.json', Buffer.from(JSON.stringify(givenPlan())));
    const { exitCode, lines } = await runBuildspec('build', givenBuild(endpoint));
    expect(exitCode).not.toBe(0);
    expect(lines.slice(-2)).toEqual([
      '[runner] the mark "bundle started" was refused: permission_denied: not its token',
      '[runner] finished',
    ]);
    expect(invocations).toHaveLength(1);
  });

  it('names everything that its environment lacks', async () => {
    const { lines, exitCode } = await runBuildspec('build', { BLOB_BUCKET: '', PLAN_KEY: 'p' });
    expect(exitCode).not.toBe(0);
    for (const name of ['BLOB_BUCKET', 'MARK_FUNCTION', 'CODEBUILD_BUILD_ID', 'CODEBUILD_SRC_DIR_app']) {
      expect(lines[0]).toContain(name);
    }
    expect(lines.at(-1)).toBe('[runner] finished');
  });

  it('fetches a source as its buildspec says', async () => {
    const { endpoint, objects } = await fakeAws();
    const repository = gitRepository(join(tempDirectory(), 'origin'));
    const commit = repository.commit('c', { 'service.yaml': 'name: orders\n' });
    const environment = { AWS_ENDPOINT_URL: endpoint, SERVICE: 'orders', GIT_ALLOW_PROTOCOL: 'file' };
    const fetched = await runBuildspec('fetch-source', { ...environment, REPOSITORY: repository.url, COMMIT: commit });
    expect(fetched.exitCode).toBe(0);
    expect(fetched.exported).toEqual([
      `TREE=${repository.git('rev-parse', 'HEAD^{tree}')}`,
      `SOURCE_KEY=sources/orders/${commit}.zip`,
    ]);
    expect(fetched.lines.at(-1)).toBe('[runner] finished');
    expect([...objects.keys()].toSorted()).toEqual([
      `/blobs/sources/orders/${commit}.zip`,
      `/blobs/sources/orders/${commit}/commit.json`,
      `/blobs/sources/orders/${commit}/service.yaml`,
    ]);

    const absent = await runBuildspec('fetch-source', { ...environment, REPOSITORY: repository.url, COMMIT: 'main' });
    expect(absent.exitCode).not.toBe(0);
    expect(absent.lines[0]).toContain('COMMIT: must be a full commit id');
  });
});
