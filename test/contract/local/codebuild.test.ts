import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { StartBuildCommand } from '@aws-sdk/client-codebuild';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { commands, openCodeBuild, phasesOf } from './codebuild-host.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'codebuild-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

test('a build goes through the phases of CodeBuild, and nothing of it stays behind', async () => {
  const { build, output } = await openCodeBuild(root);
  const done = await build(commands('echo built'));
  expect(done).toMatchObject({
    buildStatus: 'SUCCEEDED',
    buildComplete: true,
    buildNumber: 1,
    currentPhase: 'COMPLETED',
    projectName: 'app',
    startTime: new Date(Date.UTC(2026, 0, 1)),
    logs: { groupName: '/aws/codebuild/app', streamName: done.id?.slice('app:'.length) },
  });
  expect(phasesOf(done)).toEqual([
    'SUBMITTED SUCCEEDED',
    'QUEUED SUCCEEDED',
    'PROVISIONING SUCCEEDED',
    'DOWNLOAD_SOURCE SUCCEEDED',
    'INSTALL SUCCEEDED',
    'PRE_BUILD SUCCEEDED',
    'BUILD SUCCEEDED',
    'POST_BUILD SUCCEEDED',
    'UPLOAD_ARTIFACTS SUCCEEDED',
    'FINALIZING SUCCEEDED',
    'COMPLETED undefined',
  ]);
  expect(output()).toBe('built\n');
  expect(readdirSync(root)).toEqual([]);
});

test.each(['/bin/sh', 'bash'])(
  'exports, directory, variables and functions last from phase to phase in %s',
  async (shell) => {
    const { build, output } = await openCodeBuild(root);
    const done = await build({
      env: { shell },
      phases: {
        install: { commands: ['export A="it\'s\n\\"two\\" lines"; plain=kept', 'mkdir deep && cd deep'] },
        build: {
          commands: ['greet() { echo "hello $1"; }', 'printf "%s|%s|%s\\n" "$A" "$plain" "${PWD##*/}"', 'greet you'],
        },
      },
    });
    expect(done.buildStatus).toBe('SUCCEEDED');
    expect(output()).toBe('it\'s\n"two" lines|kept|deep\nhello you\n');
  },
);

test.each(['/bin/sh', 'bash'])(
  'a command that ends the shell fails its phase, and the next phase keeps exports and directory in %s',
  async (shell) => {
    const { build, output } = await openCodeBuild(root);
    const done = await build({
      env: { shell },
      phases: {
        build: { commands: ['export A="a \'quoted\' $value"; mkdir sub; cd sub', 'exit 7', 'echo never'] },
        post_build: { commands: ['echo "$A ${PWD##*/} $CODEBUILD_BUILD_SUCCEEDING"'] },
      },
    });
    expect(done.buildStatus).toBe('FAILED');
    expect(done.phases?.find(({ phaseType }) => phaseType === 'BUILD')).toMatchObject({
      phaseStatus: 'FAILED',
      contexts: [
        {
          statusCode: 'COMMAND_EXECUTION_ERROR',
          message: 'Error while executing command: exit 7. Reason: exit status 7',
        },
      ],
    });
    expect(output()).toBe("a 'quoted'  sub 0\n");
  },
);

test.each(['/bin/sh', 'bash'])(
  'options and traps that a command sets last, and do not break the build, in %s',
  async (shell) => {
    const { build, output } = await openCodeBuild(root);
    const done = await build({
      env: { shell, 'exported-variables': ['A', 'NEVER'] },
      phases: {
        install: { commands: ['set -eu', 'trap "echo trapped" EXIT', 'A=1; export A'] },
        build: { commands: ['false\necho never'] },
        post_build: { commands: ['echo "post $A"'] },
      },
    });
    expect(done.phases?.find(({ phaseType }) => phaseType === 'BUILD')?.contexts?.[0]?.message).toContain(
      'exit status 1',
    );
    expect(output()).toBe('trapped\npost 1\n');
    expect(done.exportedEnvironmentVariables).toEqual([{ name: 'A', value: '1' }]);
  },
);

test('a failed install goes on to nothing, a failed build to post_build', async () => {
  const { build, output } = await openCodeBuild(root);
  const phases = (failing: string) => ({
    phases: {
      install: { commands: [`echo install; test ${failing} != install`] },
      build: { commands: [`echo build; test ${failing} != build`] },
      post_build: { commands: ['echo post_build'] },
    },
  });
  expect(phasesOf(await build(phases('install')))).toEqual([
    'SUBMITTED SUCCEEDED',
    'QUEUED SUCCEEDED',
    'PROVISIONING SUCCEEDED',
    'DOWNLOAD_SOURCE SUCCEEDED',
    'INSTALL FAILED',
    'FINALIZING SUCCEEDED',
    'COMPLETED undefined',
  ]);
  expect(output()).toBe('install\n');
  expect((await build(phases('build'))).buildStatus).toBe('FAILED');
  expect(output()).toBe('install\ninstall\nbuild\npost_build\n');
});

test('on-failure overrules where a failed phase goes on to', async () => {
  const { build, output } = await openCodeBuild(root);
  const done = await build({
    phases: {
      install: { commands: ['false'], 'on-failure': 'CONTINUE' },
      build: { commands: ['echo build; false'], 'on-failure': 'ABORT' },
      post_build: { commands: ['echo never'] },
    },
  });
  expect(done.buildStatus).toBe('FAILED');
  expect(output()).toBe('build\n');
});

test('finally runs after a command that failed, and can fail the phase itself', async () => {
  const { build, output } = await openCodeBuild(root);
  const first = await build({ phases: { build: { commands: ['false', 'echo never'], finally: ['echo cleaned'] } } });
  expect(first.buildStatus).toBe('FAILED');
  expect(output()).toBe('cleaned\n');
  const second = await build({ phases: { build: { commands: ['true'], finally: ['exit 3'] } } });
  expect(second.phases?.find(({ phaseType }) => phaseType === 'BUILD')?.contexts?.[0]?.message).toContain(
    'exit status 3',
  );
});

test("commands see what CodeBuild documents and the host's gifts, and nothing of the host's own environment", async () => {
  const { build, output } = await openCodeBuild(root);
  process.env['HOST_SECRET'] = 'must not leak';
  try {
    const done = await build(
      { env: { variables: { FROM: 'buildspec', WEAK: 'buildspec' } }, ...commands('env', 'readlink /proc/$$/fd/0') },
      {
        environmentVariablesOverride: [
          { name: 'WEAK', value: 'override' },
          { name: 'CODEBUILD_BUILD_ID', value: 'forged' },
        ],
        imageOverride: 'other:1',
      },
    );
    const seen = Object.fromEntries(
      output()
        .split('\n')
        .map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
    );
    expect(seen).toMatchObject({
      AWS_ENDPOINT_URL: 'http://127.0.0.1:4566',
      AWS_REGION: 'eu-west-1',
      AWS_DEFAULT_REGION: 'eu-west-1',
      FROM: 'buildspec',
      WEAK: 'override',
      CODEBUILD_BUILD_ID: done.id,
      CODEBUILD_BUILD_ARN: `arn:aws:codebuild:eu-west-1:000000000000:build/${done.id}`,
      CODEBUILD_BUILD_NUMBER: '1',
      CODEBUILD_BUILD_IMAGE: 'other:1',
      CODEBUILD_BUILD_SUCCEEDING: '1',
      CODEBUILD_LOG_PATH: done.logs?.streamName,
      CODEBUILD_START_TIME: String(Date.UTC(2026, 0, 1)),
      CODEBUILD_SRC_DIR: seen['PWD'],
    });
    expect(seen['HOME']?.startsWith(root)).toBe(true);
    expect(seen).not.toHaveProperty('HOST_SECRET');
    expect(output()).toContain('/dev/null\n');
  } finally {
    delete process.env['HOST_SECRET'];
  }
});

test('stdout and stderr keep their order, also by way of /dev/stderr, and stand before the line that ends the phase', async () => {
  const { build, lines } = await openCodeBuild(root);
  await build(commands('for i in 1 2 3; do echo out$i; echo err$i >&2; done; echo dev > /dev/stderr; printf last'));
  const from = lines.findIndex((line) => line === 'out1\n');
  expect(lines.slice(from, from + 8)).toEqual([
    'out1\n',
    'err1\n',
    'out2\n',
    'err2\n',
    'out3\n',
    'err3\n',
    'dev\n',
    'last\n',
  ]);
  expect(lines[from + 8]).toMatch(
    /^\[Container\] 2026\/01\/01 00:00:00\.000000 Phase complete: BUILD State: SUCCEEDED\n$/,
  );
});

test('bytes that are no text and lines without end do not break the log', async () => {
  const { build, output } = await openCodeBuild(root);
  const fill = 'node -e \'process.stdout.write("é".repeat(300000) + "\\nshort\\n")\'';
  await build(commands("printf 'a\\377b\\n'", fill));
  const [bad, long, short] = output().split('\n');
  expect(bad).toBe('a\uFFFDb');
  expect(long).toBe(`${'é'.repeat(128 * 1024)} [line cut at 256 KB]`);
  expect(short).toBe('short');
});

test('exported variables are read at the end, set or changed by any phase', async () => {
  const { build } = await openCodeBuild(root);
  const done = await build({
    env: { variables: { A: 'first' }, 'exported-variables': ['A', 'B', 'NEVER'] },
    phases: { build: { commands: ['A=second', "B='x=1\n2'"] } },
  });
  expect(done.exportedEnvironmentVariables).toEqual([
    { name: 'A', value: 'second' },
    { name: 'B', value: 'x=1\n2' },
  ]);
});

test('output reaches the log while the command still runs', async () => {
  const { codebuild, client, clock, lines } = await openCodeBuild(root);
  const spec = JSON.stringify({ version: 0.2, ...commands('echo early; read -r line < gate') });
  const { build } = await client.send(
    new StartBuildCommand({
      projectName: 'app',
      buildspecOverride: spec.replace('echo early', 'mkfifo gate; echo early'),
    }),
  );
  const gate = join(root, build?.id?.slice('app:'.length) ?? '', 'src', 'gate');
  await expect.poll(() => existsSync(gate), { interval: 5 }).toBe(true);
  await expect
    .poll(
      async () => {
        await clock.advance(100);
        return lines.includes('early\n');
      },
      { interval: 5 },
    )
    .toBe(true);
  expect(codebuild.running()).toBe(1);
  writeFileSync(gate, 'go\n');
  await codebuild.ended(build?.id ?? '');
});
