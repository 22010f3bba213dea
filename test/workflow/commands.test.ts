import { describe, expect } from 'vitest';
import type { DeploymentView } from '#schemas/api/deployment-view.ts';
import { approvedManifest } from '#test/support/approved-environment.ts';
import { commitNamed, scenario, type Scenario } from '#test/support/deployment-scenario.ts';
import { serviceManifest } from '#test/support/service-manifest.ts';

const b = { commit: commitNamed('b') };
const is = (status: DeploymentView['status']) => (deployment: DeploymentView) => deployment.status === status;
const runs = (step: string) => (deployment: DeploymentView) => deployment.steps.some(({ name }) => name === step);

/** Cancels, and says how long it took until it was over, in seconds. */
async function cancelled({ when, host }: Scenario, id: string) {
  const asked = host.clock.now();
  const answer = await when.sends({ kind: 'cancel', reason: 'the wrong commit' }, id);
  expect(answer.statusCode, answer.body).toBe(202);
  const outcome = await when.isOver(id);
  return { outcome, seconds: (Date.parse(outcome.view.finishedAt ?? '') - asked) / 1000 };
}

describe('cancelling', () => {
  scenario('a deployment that waits for its environment takes it out of the queue at once', async (play) => {
    play.given.source(b);
    const first = await play.when.asks();
    await play.when.looks(first, is('running'));
    const second = await play.when.asks(b);
    await play.host.runUntil(
      async () => (await play.host.deps.deployments.slot('orders', 'staging')).waiters.length === 1,
    );
    const { outcome, seconds } = await cancelled(play, second);
    outcome.status('cancelled').events(['queued', 'cancelled']);
    expect(seconds).toBeLessThanOrEqual(10);
    (await play.when.isOver(first)).status('succeeded');
  });

  scenario('a build stops it', async (play) => {
    play.given.build({ compile: 'hangs' });
    const id = await play.when.asks();
    await play.when.looks(id, runs('compile'));
    const { outcome, seconds } = await cancelled(play, id);
    outcome.status('cancelled').steps(['source succeeded', 'install succeeded', 'compile interrupted']);
    expect(outcome.view.cancel).toMatchObject({ by: 'ada', reason: 'the wrong commit' });
    expect(seconds).toBeLessThanOrEqual(10);
    expect(play.host.account.codebuild.running()).toBe(0);
    await outcome.serves('1');
  });

  scenario('before the build has begun stops the build when it does', async (play) => {
    play.given.fetch('hangs');
    const id = await play.when.asks();
    // The build was asked for, and what it tells of its beginning is still on its way.
    await play.host.runUntil(() => play.host.account.codebuild.running() === 1);
    const { outcome } = await cancelled(play, id);
    outcome.status('cancelled');
    expect(play.host.account.codebuild.running()).toBe(0);
  });

  scenario('a deployment that waits for approval ends the wait', async (play) => {
    play.given.source({ manifest: approvedManifest() });
    const id = await play.when.asks({ environment: 'production' });
    await play.when.looks(id, is('awaiting_approval'));
    const { outcome, seconds } = await cancelled(play, id);
    outcome.status('cancelled').events(['queued', 'started', 'approval_requested', 'cancelled']);
    expect(seconds).toBeLessThanOrEqual(10);
  });

  scenario('between two batches takes the release back', async (play) => {
    (await play.when.deploys()).status('succeeded');
    const more = 'strategy: { type: rolling, batches: 4, pauseSeconds: 200 }\n';
    play.given.source({ ...b, manifest: serviceManifest({ more }) });
    const id = await play.when.asks(b);
    await play.when.looks(id, is('releasing'));
    await play.host.runUntil(async () => (await play.host.deps.deployments.find(id))?.release?.trafficMoved === true);
    const { outcome, seconds } = await cancelled(play, id);
    outcome.status('rolled_back').failure({ code: 'cancelled', message: 'Cancelled by ada: the wrong commit' });
    expect(seconds).toBeLessThanOrEqual(10);
    await outcome.serves('2');
  });

  scenario('while the new version is verified takes the release back', async (play) => {
    (await play.when.deploys()).status('succeeded');
    const more = 'strategy: { type: immediate }\n';
    play.given.source({
      ...b,
      manifest: serviceManifest({ more }).replace('deadlineSeconds: 10', 'deadlineSeconds: 300'),
    });
    play.given.health([503]);
    const id = await play.when.asks(b);
    await play.when.looks(id, is('verifying'));
    const { outcome, seconds } = await cancelled(play, id);
    outcome.status('rolled_back').failure({ code: 'cancelled' });
    expect(seconds).toBeLessThanOrEqual(10);
    await outcome.serves('2');
  });

  scenario('at the very last look takes the release back, though that look went well', async (play) => {
    (await play.when.deploys()).status('succeeded');
    const last = Promise.withResolvers<void>();
    play.given
      .source({ ...b, manifest: serviceManifest().replace('successes: 2', 'successes: 1') })
      .trouble({ at: 'probe.get', late: last.promise });
    const id = await play.when.asks(b);
    await play.when.looks(id, runs('verify'));
    const answer = await play.when.sends({ kind: 'cancel' }, id);
    expect(answer.statusCode, answer.body).toBe(202);
    last.resolve();
    const outcome = await play.when.isOver(id);
    outcome.status('rolled_back').failure({ code: 'cancelled', message: 'Cancelled by ada.' });
    await outcome.serves('2');
  });

  scenario('the first release of all leaves its version in place, for there is none to go back to', async (play) => {
    play.given
      .source({ manifest: serviceManifest().replace('deadlineSeconds: 10', 'deadlineSeconds: 300') })
      .health([503]);
    const id = await play.when.asks();
    await play.when.looks(id, is('verifying'));
    const { outcome, seconds } = await cancelled(play, id);
    outcome
      .status('failed')
      .failure({ code: 'cancelled', nextAction: /no earlier release to go back to: version 2 has the traffic/ });
    expect(seconds).toBeLessThanOrEqual(10);
    await outcome.serves('2');
  });

  scenario('what is over is refused, and what was cancelled already is answered as it is', async (play) => {
    const { view } = (await play.when.deploys()).status('succeeded');
    const refused = await play.when.sends({ kind: 'cancel' }, view.id);
    expect(JSON.parse(refused.body)).toMatchObject({
      status: 409,
      code: 'conflict',
      detail: expect.stringContaining('succeeded') as string,
    });
    play.given.source(b).build({ compile: 'hangs' });
    const id = await play.when.asks(b);
    await play.when.looks(id, runs('compile'));
    await cancelled(play, id);
    expect((await play.when.sends({ kind: 'cancel' }, id)).statusCode).toBe(202);
  });
});

describe('retrying', () => {
  scenario('begins where the artifact is, when that was signed', async (play) => {
    (await play.when.deploys()).status('succeeded');
    play.given.source(b).health([503]);
    const { view } = (await play.when.deploys({ ...b, environment: 'production' })).status('failed');
    play.given.health([200]);
    expect((await play.when.sends({ kind: 'retry' }, view.id)).statusCode).toBe(202);
    const outcome = await play.when.isOver(view.id);
    outcome
      .status('succeeded')
      .states([
        'AcceptTask',
        'AwaitAdmission',
        'IsAdmitted',
        'ResolveManifest',
        'ChooseWork',
        'ReleaseArtifact',
        'VerifyRelease',
        'CompleteDeployment',
        'DeploymentSucceeded',
      ]);
    expect(outcome.view).toMatchObject({ run: 2, artifact: view.artifact });
    expect(outcome.view.failure).toBeUndefined();
  });

  scenario('builds again what was not finished, and keeps what it knew of the source', async (play) => {
    play.given.build({ test: 'fails' });
    const { view } = (await play.when.deploys()).status('failed');
    await play.when.sends({ kind: 'retry' }, view.id);
    const outcome = (await play.when.isOver(view.id)).status('succeeded');
    const tried = outcome.view.steps.map(({ name, attempt, status }) => `${name}#${attempt} ${status}`);
    expect(tried.filter((step) => /^(source|test)/.test(step))).toEqual([
      'source#1 succeeded',
      'test#1 failed',
      'test#2 succeeded',
    ]);
  });

  scenario('one that was cancelled in the queue takes a place at the end', async (play) => {
    play.given.source(b);
    const first = await play.when.asks();
    await play.when.looks(first, is('running'));
    const second = await play.when.asks(b);
    await play.when.sends({ kind: 'cancel' }, second);
    await play.when.sends({ kind: 'retry' }, second);
    (await play.when.isOver(second)).status('succeeded');
    (await play.when.isOver(first)).status('succeeded');
  });

  scenario('is refused while the same commit is on its way with another deployment', async (play) => {
    play.given.build({ test: 'fails' });
    const { view } = (await play.when.deploys()).status('failed');
    const other = await play.when.asks();
    const refused = await play.when.sends({ kind: 'retry' }, view.id);
    expect(JSON.parse(refused.body)).toMatchObject({
      code: 'conflict',
      detail: expect.stringContaining(other) as string,
    });
    (await play.when.isOver(other)).status('succeeded');
  });

  scenario('at once leaves the new run its own build, and stops that of the run before', async (play) => {
    play.given.fetch('hangs');
    const id = await play.when.asks();
    // The machine has asked for the build; what that tells of its beginning comes when the next run is on its way.
    await play.host.runUntil(() => play.host.account.codebuild.running() === 1);
    await play.when.sends({ kind: 'cancel' }, id);
    await play.when.sends({ kind: 'retry' }, id);
    const outcome = (await play.when.isOver(id)).status('succeeded');
    outcome.events([
      'queued',
      'started',
      'cancelled',
      'queued',
      'started',
      'canary_promoted',
      'health_check',
      'succeeded',
    ]);
    expect(play.host.account.codebuild.running()).toBe(0);
    expect(outcome.view.commands).toMatchObject([
      { kind: 'cancel', run: 1, by: 'ada' },
      { kind: 'retry', run: 1, by: 'ada' },
    ]);
  });

  scenario('twice starts one run', async (play) => {
    play.given.build({ test: 'fails' });
    const { view } = (await play.when.deploys()).status('failed');
    const answers = await play.when.atOnce([1, 2, 3].map(() => () => play.when.sends({ kind: 'retry' }, view.id)));
    expect(answers.map(({ statusCode }) => statusCode).sort((one, other) => one - other)).toEqual([200, 200, 202]);
    const outcome = (await play.when.isOver(view.id)).status('succeeded');
    expect(outcome.view.run).toBe(2);
  });

  scenario('what succeeded is refused', async (play) => {
    const { view } = (await play.when.deploys()).status('succeeded');
    expect((await play.when.sends({ kind: 'retry' }, view.id)).statusCode).toBe(409);
  });
});
