import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  BatchGetBuildsCommand,
  CodeBuildClient,
  CreateProjectCommand,
  StartBuildCommand,
  StopBuildCommand,
} from '@aws-sdk/client-codebuild';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { virtualClock } from '#local/clock.ts';
import { createGateway } from '#local/gateway/gateway.ts';
import type { Announce } from '#local/services/codebuild/announce-builds.ts';
import { createCodeBuild } from '#local/services/codebuild/create-codebuild.ts';
import { endProcessGroup, processGroupOf } from '#local/services/codebuild/process-group.ts';
import { openStore } from '#local/store.ts';
import { against } from '#test/support/clients.ts';

const MINUTE_MS = 60_000;
const project = {
  name: 'app',
  source: { type: 'NO_SOURCE' },
  artifacts: { type: 'NO_ARTIFACTS' },
  environment: { type: 'LINUX_CONTAINER', image: 'node:24', computeType: 'BUILD_GENERAL1_SMALL' },
  serviceRole: 'arn:aws:iam::000000000000:role/build',
} as const;

let root: string;
/** Where builds leave marks for the test and the test for builds. */
let marks: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'codebuild-'));
  marks = join(root, 'marks');
  mkdirSync(marks);
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

interface Options {
  readonly store?: ReturnType<typeof openStore>;
  readonly announce?: Announce;
  readonly most?: number;
}

async function setup(options: Options = {}) {
  const clock = virtualClock();
  const store = options.store ?? openStore(':memory:');
  const codebuild = createCodeBuild({
    store,
    clock,
    workspaceRoot: join(root, 'work'),
    s3: { get: () => new Promise(() => undefined), put: () => Promise.resolve() },
    logs: { put: () => undefined },
    environment: { MARKS: marks },
    ...(options.announce && { onBuildStateChange: options.announce }),
    maxConcurrentBuilds: options.most ?? 2,
  });
  const client = new CodeBuildClient(against(createGateway([codebuild])));
  if (!options.store) await client.send(new CreateProjectCommand(project));
  const start = async (command: string, overrides: object = {}) => {
    const buildspecOverride = JSON.stringify({ version: 0.2, phases: { build: { commands: [command] } } });
    const input = { projectName: 'app', buildspecOverride, ...overrides };
    return (await client.send(new StartBuildCommand(input))).build?.id ?? '';
  };
  const status = async (id: string) =>
    (await client.send(new BatchGetBuildsCommand({ ids: [id] }))).builds?.[0]?.buildStatus;
  return { clock, store, codebuild, client, start, status };
}

const marked = (name: string) => expect.poll(() => existsSync(join(marks, name)), { interval: 5 }).toBe(true);
const mark = (name: string) => writeFileSync(join(marks, name), '');
const pidIn = (name: string) => Number(readFileSync(join(marks, name), 'utf8'));
const untilMarked = (name: string) =>
  `touch "$MARKS/waits-${name}"; until [ -e "$MARKS/${name}" ]; do sleep 0.01; done`;

function runs(pid: number): boolean {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.[0] !== 'Z';
  } catch {
    return false;
  }
}

test('a build over its time ends as TIMED_OUT: first SIGTERM, then SIGKILL for whatever ignores it', async () => {
  const { codebuild, clock, start, status } = await setup();
  const stubborn = `sh -c 'trap "" TERM; echo $$ > "$MARKS/stubborn.tmp"; mv "$MARKS/stubborn.tmp" "$MARKS/stubborn"; while :; do sleep 0.02; done'`;
  const id = await start(`trap 'touch "$MARKS/terminated"' TERM; ${stubborn} & wait; sleep 600`, {
    timeoutInMinutesOverride: 5,
  });
  await marked('stubborn');
  const pid = pidIn('stubborn');
  await clock.advance(5 * MINUTE_MS);
  await marked('terminated');
  expect([runs(pid), await status(id)]).toEqual([true, 'IN_PROGRESS']);
  await clock.advance(10_000);
  await codebuild.ended(id);
  expect([runs(pid), await status(id)]).toEqual([false, 'TIMED_OUT']);
  expect(readdirSync(join(root, 'work'))).toEqual([]);
});

test('a build that ends takes along what it left running, also when its shell is gone', async () => {
  const { codebuild, start, status } = await setup();
  const id = await start('sleep 600 & echo $! > "$MARKS/left"; (sleep 600 & echo $! > "$MARKS/orphan"); exit 0');
  await codebuild.ended(id);
  expect(await status(id)).toBe('SUCCEEDED');
  expect([runs(pidIn('left')), runs(pidIn('orphan'))]).toEqual([false, false]);
});

test('a stopped build ends as STOPPED and runs nothing more', async () => {
  const { codebuild, client, start } = await setup();
  const id = await start(`${untilMarked('never')}; touch "$MARKS/went-on"`);
  await marked('waits-never');
  await client.send(new StopBuildCommand({ id }));
  await codebuild.ended(id);
  const [build] = (await client.send(new BatchGetBuildsCommand({ ids: [id] }))).builds ?? [];
  expect(build?.buildStatus).toBe('STOPPED');
  expect(build?.phases?.map(({ phaseType, phaseStatus }) => `${phaseType} ${phaseStatus}`).slice(-3)).toEqual([
    'BUILD STOPPED',
    'FINALIZING SUCCEEDED',
    'COMPLETED undefined',
  ]);
  expect(existsSync(join(marks, 'went-on'))).toBe(false);
});

test('a build stops while it waits for its source', async () => {
  const { codebuild, client, start, status } = await setup();
  const id = await start('true', { sourceTypeOverride: 'S3', sourceLocationOverride: 'code/app.zip' });
  const phase = async () => (await client.send(new BatchGetBuildsCommand({ ids: [id] }))).builds?.[0]?.currentPhase;
  await expect.poll(phase, { interval: 5 }).toBe('DOWNLOAD_SOURCE');
  await client.send(new StopBuildCommand({ id }));
  await codebuild.ended(id);
  expect(await status(id)).toBe('STOPPED');
});

test('builds wait for their turn, and the wait does not count as time to run', async () => {
  const { codebuild, client, clock, start, status } = await setup({ most: 1 });
  const first = await start(untilMarked('one'));
  const second = await start(untilMarked('two'));
  const third = await start('touch "$MARKS/third"');
  expect([codebuild.running(), codebuild.queued()]).toEqual([1, 2]);
  expect((await client.send(new StopBuildCommand({ id: third }))).build?.buildStatus).toBe('STOPPED');

  await clock.advance(59 * MINUTE_MS);
  mark('one');
  await codebuild.ended(first);
  await marked('waits-two');
  await clock.advance(59 * MINUTE_MS);
  expect(await status(second)).toBe('IN_PROGRESS');
  mark('two');
  await codebuild.ended(second);
  expect([await status(first), await status(second)]).toEqual(['SUCCEEDED', 'SUCCEEDED']);
  expect(existsSync(join(marks, 'third'))).toBe(false);
});

test('a build that waits longer than it may ends as TIMED_OUT', async () => {
  const { codebuild, clock, start, status } = await setup({ most: 0 });
  const id = await start('true', { queuedTimeoutInMinutesOverride: 5 });
  await clock.advance(5 * MINUTE_MS);
  await codebuild.ended(id);
  expect(await status(id)).toBe('TIMED_OUT');
});

test('the bus hears of the start and the end, in the shape of CodeBuild, and again until it took it', async () => {
  const said = vi.spyOn(console, 'error').mockImplementation(() => undefined);
  const heard: Parameters<Announce>[0][] = [];
  let failuresLeft = 2;
  const { codebuild, clock, start } = await setup({
    announce(detail) {
      if (failuresLeft-- > 0) throw new Error('the bus is down');
      heard.push(detail);
    },
  });
  const id = await start('exit 4');
  await codebuild.ended(id);
  expect(heard).toEqual([]);
  await clock.advance(200 + 400);
  expect(said).toHaveBeenCalledTimes(2);
  said.mockRestore();
  expect(heard.map((detail) => detail['build-status'])).toEqual(['IN_PROGRESS', 'FAILED']);
  expect(heard[1]).toMatchObject({
    'build-id': `arn:aws:codebuild:eu-west-1:000000000000:build/${id}`,
    'project-name': 'app',
    'current-phase': 'COMPLETED',
    'additional-information': {
      'build-complete': true,
      'build-start-time': 'Jan 1, 2026 12:00:00 AM',
      logs: { 'group-name': '/aws/codebuild/app' },
    },
  });
  expect(heard[1]?.['additional-information'].phases).toContainEqual({
    'phase-type': 'BUILD',
    'phase-status': 'FAILED',
    'phase-context': ['[COMMAND_EXECUTION_ERROR: Error while executing command: exit 4. Reason: exit status 4]'],
    'start-time': 'Jan 1, 2026 12:00:00 AM',
    'end-time': 'Jan 1, 2026 12:00:00 AM',
    'duration-in-seconds': 0,
  });
});

test('a state change that the bus did not take before the host died is told at the next boot', async () => {
  const killed = await setup({ announce: () => new Promise(() => undefined), most: 0 });
  await killed.start('true');
  const heard: string[] = [];
  const next = await setup({
    store: killed.store,
    announce: (detail) => void heard.push(detail['build-status']),
    most: 0,
  });
  next.codebuild.resume();
  expect(heard).toEqual(['IN_PROGRESS']);
});

test('a host that closes ends its builds, and the next one marks them FAULT and runs those that still waited', async () => {
  const first = await setup({ most: 1 });
  const running = await first.start(`echo $$ > "$MARKS/shell"; ${untilMarked('never')}`);
  const waiting = await first.start('touch "$MARKS/ran"');
  await marked('waits-never');
  await first.codebuild.close();
  expect(runs(pidIn('shell'))).toBe(false);
  expect(await first.status(running)).toBe('IN_PROGRESS');

  const next = await setup({ store: first.store });
  next.codebuild.resume();
  await Promise.all([next.codebuild.ended(running), next.codebuild.ended(waiting)]);
  expect([await next.status(running), await next.status(waiting)]).toEqual(['FAULT', 'SUCCEEDED']);
  expect(existsSync(join(marks, 'ran'))).toBe(true);
});

test('what a killed host left running is ended at the next boot, and its build is FAULT', async () => {
  const file = join(root, 'state.db');
  const host = spawn(process.execPath, ['--no-warnings', '--input-type=module', '-e', HOST, file, root, marks], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  try {
    const [id] = (await once(host.stdout.setEncoding('utf8'), 'data')) as [string];
    await marked('waits-never');
    host.kill('SIGKILL');
    await once(host, 'exit');
    const pids = [pidIn('shell'), pidIn('background')];
    expect(pids.map(runs)).toEqual([true, true]);

    const next = await setup({ store: openStore(file) });
    next.codebuild.resume();
    await next.codebuild.ended(id.trim());
    expect(await next.status(id.trim())).toBe('FAULT');
    expect(pids.map(runs)).toEqual([false, false]);
    expect(readdirSync(join(root, 'work'))).toEqual([]);
    next.store.close();
  } finally {
    host.kill('SIGKILL');
  }
});

/** A host of its own process, to be killed: it starts one build and tells its id. */
const HOST = `
  const { createCodeBuild } = await import('#local/services/codebuild/create-codebuild.ts');
  const { systemClock } = await import('#local/clock.ts');
  const { openStore } = await import('#local/store.ts');
  const [file, root, marks] = process.argv.slice(1);
  const codebuild = createCodeBuild({
    store: openStore(file),
    clock: systemClock,
    workspaceRoot: root + '/work',
    s3: {},
    logs: { put() {} },
    environment: { MARKS: marks },
    maxConcurrentBuilds: 1,
  });
  const send = async (operation, input) =>
    JSON.parse(Buffer.from((await codebuild.handle({
      headers: { 'x-amz-target': 'CodeBuild_20161006.' + operation },
      body: Buffer.from(JSON.stringify(input)),
    })).body));
  await send('CreateProject', ${JSON.stringify(project)});
  const commands = ['sleep 600 & echo $! > "$MARKS/background"; echo $$ > "$MARKS/shell"; ${untilMarked('never')}'];
  const buildspecOverride = JSON.stringify({ version: 0.2, phases: { build: { commands } } });
  console.log((await send('StartBuild', { projectName: 'app', buildspecOverride })).build.id);
`;

test('a process that was given the number of a group which is gone is left alone', async () => {
  const stranger = spawn('sleep', ['600'], { detached: true, stdio: 'ignore' });
  const group = processGroupOf('app:gone', stranger.pid ?? 0);
  try {
    await endProcessGroup({ ...group, leaderStart: 'at another time' });
    expect(runs(group.pgid)).toBe(true);
  } finally {
    await endProcessGroup(group);
  }
  expect(runs(group.pgid)).toBe(false);
});
