import { createHash } from 'node:crypto';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { unzipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { createLog } from '#runner/log.ts';
import { MarkRefused } from '#runner/mark-sink.ts';
import { runBuild } from '#runner/run-build.ts';
import { RunnerFailure } from '#runner/runner-failure.ts';
import type { BuildPlan, StageName } from '#schemas/workflows/build-plan.ts';
import { stageMark, type StageMark } from '#schemas/workflows/stage-mark.ts';
import { COMMIT, DEPLOYMENT, givenPlan } from './given-plan.ts';
import { noCache } from './no-cache.ts';
import { memoryBlobs } from './memory-blobs.ts';
import { tempDirectory } from './temp-directory.ts';

interface Options {
  readonly source?: string;
  readonly refuseBlob?: (key: string) => boolean;
  readonly refuseMark?: (mark: StageMark) => boolean;
  readonly timedOut?: StageName;
  readonly environment?: NodeJS.ProcessEnv;
}

async function build(plan: BuildPlan, options: Options = {}) {
  const blobs = memoryBlobs(options.refuseBlob);
  const marks: StageMark[] = [];
  const output: string[] = [];
  let now = Date.UTC(2026, 0, 1);
  const settled = await runBuild(
    {
      plan,
      buildId: 'project:1',
      source: options.source ?? tempDirectory(),
      environment: options.environment ?? { PATH: process.env['PATH'], HOME: '/home/builder' },
    },
    {
      blobs: blobs.store,
      marks: {
        async post(mark) {
          if (options.refuseMark?.(mark)) throw new MarkRefused('the mark was refused: permission_denied');
          marks.push(stageMark.parse(mark));
        },
      },
      log: createLog((text) => output.push(text)),
      ...noCache,
      openRegistry: () => Promise.reject(new Error('a zip needs no registry')),
      now: () => new Date((now += 250)),
      timeoutAfter: () =>
        options.timedOut && marks.at(-1)?.stage === options.timedOut
          ? AbortSignal.abort()
          : new AbortController().signal,
    },
  ).then(
    (artifact) => ({ artifact, failure: undefined }),
    (failure: unknown) => ({ artifact: undefined, failure }),
  );
  const said = marks.map(({ stage, status }) => `${stage} ${status}`);
  return { ...settled, ...blobs, marks, said, log: output.join('') };
}

describe('a build', () => {
  it('runs its stages in order, says so, and stores the artifact under its digest', async () => {
    const plan = givenPlan({ install: ['echo installing'], compile: ['true'], test: ['true'] });
    const { artifact, said, blobs, marks, log } = await build(plan);

    expect(said).toEqual(['install', 'compile', 'test', 'bundle'].flatMap((s) => [`${s} started`, `${s} succeeded`]));
    const zip = blobs.get(artifact?.key ?? '') ?? new Uint8Array();
    const digest = createHash('sha256').update(zip).digest('hex');
    expect(artifact).toEqual({ key: `artifacts/orders/${digest}.zip`, digest, size: zip.byteLength });
    expect(Buffer.from(unzipSync(zip)['index.mjs'] ?? []).toString()).toBe('made\n');
    expect(marks[1]).toEqual({
      deploymentId: DEPLOYMENT,
      token: 'secret-token',
      buildId: 'project:1',
      run: 1,
      stage: 'install',
      status: 'succeeded',
      at: '2026-01-01T00:00:01.000Z',
      durationMs: 250,
      exitCode: 0,
    });
    expect(log).toContain('[install] $ echo installing\n[install] installing\n[runner] install succeeded');
  });

  it('stops at the stage that fails and tells its exit code and last lines', async () => {
    const plan = givenPlan({ compile: ['seq 1 30', 'exit 3'], test: ['echo never'] });
    const { failure, said, marks, written, log } = await build(plan);

    expect(failure).toEqual(new RunnerFailure('the build failed at compile'));
    expect(said).toEqual(['compile started', 'compile failed']);
    expect(marks[1]).toMatchObject({ exitCode: 3 });
    expect(marks[1]?.logTail).toHaveLength(20);
    expect(marks[1]?.logTail?.slice(-2)).toEqual(['30', '$ exit 3']);
    expect(written).toEqual([]);
    expect(log).toContain('[runner] compile failed: exit code 3\n');
    expect(log).not.toContain('never');
  });

  it('says of a stage that had no time left that it timed out', async () => {
    const plan = givenPlan({ test: ['sleep 300'] });
    const { said, log, marks } = await build(plan, { timedOut: 'test' });
    expect(said).toEqual(['test started', 'test timed_out']);
    expect(marks[1]).not.toHaveProperty('exitCode');
    expect(log).toContain('[runner] test failed: not finished after 60 s');
  });

  it('starts no command once a mark is refused', async () => {
    const source = tempDirectory();
    const { failure, log } = await build(givenPlan({ install: ['echo ran'] }), { source, refuseMark: () => true });
    expect(failure).toEqual(new MarkRefused('the mark was refused: permission_denied'));
    expect(log).toBe('');
  });

  it('shows its commands the plan and nothing of its own environment', async () => {
    const plan = givenPlan(
      { install: ['env'] },
      { arguments: { LEVEL: '2', COMMIT: 'another' }, environment: { NODE_ENV: "it's\nso" } },
    );
    const environment = {
      PATH: process.env['PATH'],
      HOME: '/home/builder',
      AWS_ACCESS_KEY_ID: 'AKIA',
      AWS_SECRET_ACCESS_KEY: 'hidden',
      AWS_SESSION_TOKEN: 'hidden',
      AWS_CONTAINER_CREDENTIALS_RELATIVE_URI: '/hidden',
      AWS_CONTAINER_AUTHORIZATION_TOKEN: 'hidden',
      MARK_TOKEN: 'hidden',
    };
    const { log } = await build(plan, { environment });
    const seen = log.split('\n').filter((line) => line.startsWith('[install] '));
    expect(seen).toContain('[install] LEVEL=2');
    expect(seen).toContain(`[install] COMMIT=${COMMIT}`);
    expect(seen).toContain('[install] SERVICE=orders');
    expect(seen).toContain('[install] CI=true');
    expect(seen).toContain('[install] LANG=C.UTF-8');
    expect(seen).toContain('[install] HOME=/home/builder');
    expect(seen).toContain("[install] NODE_ENV=it's");
    expect(log).not.toMatch(/AWS_|MARK_TOKEN|hidden|secret-token/);
  });

  it('works in the directory that the plan names', async () => {
    const source = tempDirectory();
    mkdirSync(join(source, 'services/orders'), { recursive: true });
    const plan = givenPlan({ install: ['pwd'] }, { directory: 'services/orders' });
    const { log, artifact } = await build(plan, { source });
    expect(log).toContain(`[install] ${join(source, 'services/orders')}\n`);
    expect(artifact).toBeDefined();
  });

  it('fails before any mark when that directory is not in the source', async () => {
    const { failure, marks } = await build(givenPlan({}, { directory: 'elsewhere' }));
    expect(String(failure)).toContain('has no directory "elsewhere"');
    expect(marks).toEqual([]);
  });
});

describe('the artifact of a build', () => {
  it('is the same for the same content, and stored once', async () => {
    const first = await build(givenPlan());
    const again = await build(givenPlan());
    expect(again.artifact).toEqual(first.artifact);
  });

  it('may lie in the store already', async () => {
    const source = tempDirectory();
    const first = await build(givenPlan(), { source });
    const kept = first.artifact?.key ?? '';
    const { artifact, failure } = await build(givenPlan(), { refuseBlob: (key) => key !== kept });
    expect(failure).toBeUndefined();
    expect(artifact?.key).toBe(kept);
  });

  it('fails the bundle stage by name when the store does not take it', async () => {
    const { said, log, marks, failure } = await build(givenPlan(), { refuseBlob: () => true });
    expect(said).toEqual(['bundle started', 'bundle failed']);
    expect(log).toMatch(/^\[runner\] bundle failed: artifact_upload_failed: .*Access Denied$/m);
    expect(marks[1]).toMatchObject({ code: 'artifact_upload_failed' });
    expect(marks[1]?.logTail?.at(-1)).toContain('artifact_upload_failed');
    expect(marks[1]).not.toHaveProperty('exitCode');
    expect(failure).toBeInstanceOf(RunnerFailure);
  });

  it('is not said to be unstored because a command says so', async () => {
    const { marks } = await build(givenPlan({ bundle: ['echo artifact_upload_failed', 'exit 1'] }));
    expect(marks[1]).toMatchObject({ status: 'failed', exitCode: 1 });
    expect(marks[1]).not.toHaveProperty('code');
  });

  it('fails the bundle stage when bundle leaves no output', async () => {
    const { said, log, marks } = await build(givenPlan({ bundle: ['true'] }));
    expect(marks[1]).not.toHaveProperty('code');
    expect(said).toEqual(['bundle started', 'bundle failed']);
    expect(log).toMatch(/^\[runner\] bundle failed: the directory .*dist does not exist$/m);
  });

  it('fails the bundle stage when a symbolic link lies in the output', async () => {
    const { said, log } = await build(givenPlan({ bundle: ['mkdir dist', 'ln -s /etc/passwd dist/x'] }));
    expect(said).toEqual(['bundle started', 'bundle failed']);
    expect(log).toContain('"x" is a symbolic link');
  });
});

describe('the reports of a build', () => {
  const reports: BuildPlan['reports'] = [{ stage: 'test', type: 'junit', path: 'out/junit.xml' }];
  const write = (xml: string): string => `mkdir -p out; printf '%s' '${xml}' > out/junit.xml`;
  const failing = '<testsuite name="s"><testcase name="adds up"><failure message="no"/></testcase></testsuite>';

  it('go with the mark of a stage that failed, and into the store', async () => {
    const { marks, text } = await build(givenPlan({ test: [write(failing), 'exit 1'] }, { reports }));
    expect(marks.at(-1)).toMatchObject({
      status: 'failed',
      reports: [
        {
          type: 'junit',
          key: 'reports/dep/1/test/junit.xml',
          tests: 1,
          failures: 1,
          failed: [{ name: 'adds up', suite: 's', message: 'no' }],
        },
      ],
    });
    expect(text('reports/dep/1/test/junit.xml')).toBe(failing);
  });

  it('name 20 failed tests in all, and 20 reports', async () => {
    const many = Array.from({ length: 22 }, (_, index) => `out/${index}.xml`);
    const cases = '<testcase name="t"><failure message="no"/></testcase>'.repeat(15);
    const commands = [
      'mkdir out',
      ...many.map((path) => `printf '%s' '<testsuite name="s">${cases}</testsuite>' > ${path}`),
    ];
    const plan = givenPlan(
      { test: [...commands, 'exit 1'] },
      { reports: many.map((path) => ({ stage: 'test', type: 'junit', path })) },
    );
    const { marks, log, written } = await build(plan);
    const told = marks.at(-1)?.reports ?? [];
    expect(told.map(({ failures }) => failures)).toEqual(Array<number>(20).fill(15));
    expect(told.map(({ failed }) => failed.length).slice(0, 3)).toEqual([15, 5, 0]);
    expect(log).toContain('warning: report out/21.xml of test is stored, but a deployment shows no more of them');
    expect(written).toHaveLength(22);
  });

  it('may be absent: the build goes on, and the log says so', async () => {
    const { artifact, log, marks } = await build(givenPlan({ test: ['true'] }, { reports }));
    expect(artifact).toBeDefined();
    expect(log).toContain('[runner] warning: report out/junit.xml of test was not written\n');
    expect(marks[1]).not.toHaveProperty('reports');
  });

  it('may be malformed: the build goes on, and the log says so', async () => {
    const { artifact, log, marks } = await build(givenPlan({ test: [write('<testsuite>')] }, { reports }));
    expect(artifact).toBeDefined();
    expect(log).toContain('[runner] warning: report out/junit.xml of test cannot be read: not well-formed XML');
    expect(marks[1]).not.toHaveProperty('reports');
  });

  it.each(['mkfifo out/junit.xml', 'ln -s /etc/passwd out/junit.xml', 'mkdir out/junit.xml'])(
    'are not followed elsewhere: %s',
    async (command) => {
      const { artifact, log, blobs } = await build(givenPlan({ test: ['mkdir out', command] }, { reports }));
      expect(artifact).toBeDefined();
      expect(log).toContain('warning: report out/junit.xml of test is not a regular file');
      expect([...blobs.keys()]).toEqual([artifact?.key]);
    },
  );

  it('are not taken from the commit itself', async () => {
    const source = tempDirectory();
    mkdirSync(join(source, 'out'));
    writeFileSync(join(source, 'out', 'junit.xml'), failing);
    const { log } = await build(givenPlan({ test: ['true'] }, { reports }), { source });
    expect(log).toContain('was not written');
  });

  it('do not fail the build when the store does not take them', async () => {
    const { artifact, log } = await build(givenPlan({ test: [write(failing)] }, { reports }), {
      refuseBlob: (key) => key.startsWith('reports/'),
    });
    expect(artifact).toBeDefined();
    expect(log).toContain('could not be stored: Access Denied');
  });
});

it('refuses an output directory that is a symbolic link', async () => {
  const source = tempDirectory();
  symlinkSync('/etc', join(source, 'dist'));
  const { said } = await build(givenPlan({ bundle: ['true'] }), { source });
  expect(said).toEqual(['bundle started', 'bundle failed']);
});
