import { copyFileSync, cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LambdaClient, ListVersionsByFunctionCommand } from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DeploymentView } from '#schemas/api/deployment-view.ts';
import { virtualClock } from '#local/clock.ts';
import { openStore } from '#local/store.ts';
import { watchCommits, type CommittedState } from '#test/support/committed-states.ts';
import { checkInvariants } from '#test/support/deployment-invariants.ts';
import { playIn, registerService } from '#test/support/deployment-scenario.ts';
import { openWorkflowHost } from '#test/support/workflow-host.ts';

/** Of all the commits of a release, every so many-th one is a crash; 1 tries them all. */
const stride = Number(process.env['CRASH_STRIDE'] ?? '8');

const allSteps = ['source', 'install', 'compile', 'test', 'bundle', 'sign', 'release', 'verify'];

describe('a host that is killed in the middle of a release and started again', () => {
  let folder = '';
  let states: readonly CommittedState[] = [];
  let deploymentId = '';

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'workflow-crash-'));
    ({ states, deploymentId } = await releaseUnderWatch(folder));
  }, 60_000);
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('comes to the same end wherever it was cut, with each step done once', async () => {
    expect(states.length).toBeGreaterThanOrEqual(25);
    for (const state of states) {
      const { view, started } = await finishFrom(state, deploymentId, true);
      const cut = `cut at ${state.store}`;
      expect(view.status, cut).toBe('succeeded');
      const done = view.steps.filter(({ status }) => status === 'succeeded').map(({ name }) => name);
      expect(done, cut).toEqual(allSteps);
      for (const name of allSteps) {
        expect(view.steps.findLast((step) => step.name === name)?.status, cut).toBe('succeeded');
      }
      expect(started, cut).toBe(2);
    }
  }, 240_000);

  it('comes to the same end, when the builds are lost with the host', async () => {
    const some = states.filter((_, index) => index % 4 === 0);
    for (const state of some) {
      const { view } = await finishFrom(state, deploymentId, false);
      expect(view.status, `cut at ${state.store}`).toBe('succeeded');
      for (const name of allSteps) expect(view.steps.findLast((step) => step.name === name)?.status).toBe('succeeded');
    }
  }, 120_000);
});

/** A healthy release, with copies of what lies on the disk from its request to its end. */
async function releaseUnderWatch(folder: string) {
  const real = openStore(':memory:');
  const clock = virtualClock();
  const directory = join(folder, 'live');
  mkdirSync(directory);
  let watching = false;
  let sinceRequest = 0;
  const watch = watchCommits(real, {
    directory,
    folder,
    now: () => clock.now(),
    wanted: () => watching && sinceRequest++ % stride === 0,
  });
  const host = await openWorkflowHost({ store: watch.store, clock, directory });
  const { given, when } = playIn(host, []);
  given.source({});
  await registerService(host);
  watching = true;
  const { view } = (await when.deploys()).status('succeeded');
  await host.close();
  return { states: watch.states, deploymentId: view.id };
}

/** A new host on a copy of the state, a second later, until the deployment is over. */
async function finishFrom(state: CommittedState, id: string, buildsOutliveHost: boolean) {
  const copy = mkdtempSync(join(tmpdir(), 'workflow-cut-'));
  cpSync(state.directory, copy, { recursive: true });
  copyFileSync(state.store, join(copy, 'state.sqlite'));
  const store = openStore(join(copy, 'state.sqlite'));
  const host = await openWorkflowHost({
    store,
    clock: virtualClock(state.atMs + 1_000),
    directory: copy,
    buildsOutliveHost,
  });
  try {
    const { given, when } = playIn(host, []);
    given.source({});
    const outcome = await when.isOver(id);
    outcome.events(['queued', 'started', 'canary_promoted', 'health_check', 'succeeded']);
    const { Versions = [] } = await new LambdaClient(host.client).send(
      new ListVersionsByFunctionCommand({ FunctionName: 'orders-staging' }),
    );
    // The function as it stands, the one that was there before, and the release: made once, whatever its number.
    expect(Versions.map(({ Version }) => Version)).toEqual(['$LATEST', '1', outcome.view.version]);
    await outcome.serves(outcome.view.version ?? '');
    await checkInvariants(host, id);
    const builds = store.prepare('SELECT count(*) AS count FROM scripted_build').get();
    const view: DeploymentView = outcome.view;
    return { view, started: Number(builds?.['count']) };
  } finally {
    await host.close();
    rmSync(copy, { recursive: true, force: true });
  }
}
