import { DeleteFunctionCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { DeleteObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { SFNClient, StopExecutionCommand } from '@aws-sdk/client-sfn';
import { describe, expect } from 'vitest';
import type { DeploymentView } from '#schemas/api/deployment-view.ts';
import type { RollbackTarget } from '#schemas/api/list-rollback-targets.ts';
import { names } from '#local/stack/names.ts';
import { approvedManifest } from '#test/support/approved-environment.ts';
import { deploymentEvents } from '#test/support/deployment-events.ts';
import type { DeploymentOutcome } from '#test/support/deployment-outcome.ts';
import { commitNamed, scenario, type Scenario } from '#test/support/deployment-scenario.ts';
import { expectGoldenHistory } from '#test/support/golden-history.ts';
import { rollbackArn } from '#test/support/machine-states.ts';
import { serviceManifest } from '#test/support/service-manifest.ts';
import { throttled } from '#test/support/troubled-deps.ts';

const is = (status: DeploymentView['status']) => (deployment: DeploymentView) => deployment.status === status;
const patient = serviceManifest().replace('deadlineSeconds: 10', 'deadlineSeconds: 300');

/** One release after the other: version 2 of the first commit, version 3 of the second, and so on. */
async function releases({ given, when }: Scenario, ...letters: readonly string[]): Promise<readonly DeploymentView[]> {
  const views: DeploymentView[] = [];
  for (const letter of letters) {
    const commit = commitNamed(letter);
    given.source({ commit });
    views.push((await when.deploys({ commit })).status('succeeded').view);
  }
  return views;
}

/** Asks for a deployment to production, and waits until it waits for its approval. */
async function approvable({ given, when }: Scenario, letter: string): Promise<string> {
  const commit = commitNamed(letter);
  given.source({ commit, manifest: approvedManifest() });
  const id = await when.asks({ commit, environment: 'production' });
  await when.looks(id, is('awaiting_approval'));
  return id;
}

async function approvedRelease(play: Scenario, letter: string): Promise<void> {
  const id = await approvable(play, letter);
  const grace = { name: 'grace', groups: ['release-engineers'], email: 'grace@example.com' };
  expect((await play.when.sends({ kind: 'approve' }, id, grace)).statusCode).toBe(200);
  (await play.when.isOver(id)).status('succeeded');
}

/** Asks for a rollback that is accepted. */
async function rollingBack(play: Scenario, request?: Parameters<Scenario['when']['rollsBack']>[0]): Promise<string> {
  // Who loses a race against a machine waits for a moment, in which time has to pass.
  const [answer] = await play.when.atOnce([() => play.when.rollsBack(request)]);
  expect(answer?.statusCode, answer?.body).toBe(201);
  return answer?.id ?? '';
}

/** The same, before any time has passed: nothing may be in the way. */
async function aboutToRollBack({ when }: Scenario): Promise<string> {
  const { statusCode, body, id } = await when.rollsBack();
  expect(statusCode, body).toBe(201);
  return id;
}

async function rolledBack(play: Scenario, request?: Parameters<Scenario['when']['rollsBack']>[0]) {
  return play.when.isOver(await rollingBack(play, request));
}

async function viewOf({ host }: Scenario, id: string): Promise<DeploymentView> {
  return JSON.parse((await host.callApi('get-deployment', { deploymentId: id })).body) as DeploymentView;
}

async function targetsOf({ host }: Scenario): Promise<readonly RollbackTarget[]> {
  const place = { service: 'orders', environment: 'staging' };
  const { statusCode, body } = await host.callApi('list-rollback-targets', place);
  expect(statusCode, body).toBe(200);
  return (JSON.parse(body) as { items: RollbackTarget[] }).items;
}

const checkOf = (target: RollbackTarget | undefined, name: string) =>
  target?.checks.find(({ check }) => check === name);

async function removeVersion({ host }: Scenario, version: string): Promise<void> {
  await new LambdaClient(host.client).send(
    new DeleteFunctionCommand({ FunctionName: 'orders-staging', Qualifier: version }),
  );
}

async function removeBlob({ host }: Scenario, key: string | undefined): Promise<void> {
  await new S3Client({ ...host.client, forcePathStyle: true }).send(
    new DeleteObjectCommand({ Bucket: names.blobBucket, Key: key }),
  );
}

describe('a rollback', () => {
  scenario('brings the release before the present one back, and both deployments say so', async (play) => {
    const [, b, c] = await releases(play, 'a', 'b', 'c');
    const outcome = await rolledBack(play, { reason: 'orders get lost' });
    outcome
      .status('succeeded')
      .steps(['release succeeded', 'verify succeeded'])
      .events(['queued', 'started', 'canary_promoted', 'health_check', 'succeeded'])
      .states([
        'AcceptRollback',
        'AwaitRollbackTurn',
        'IsRollbackAdmitted',
        'RestoreRelease',
        'IsRestored',
        'VerifyRestoredRelease',
        'CompleteRollback',
        'RollbackSucceeded',
      ]);
    await outcome.serves('3');
    expect(outcome.view).toMatchObject({
      commit: commitNamed('b'),
      version: '3',
      baselineVersion: '4',
      rollback: { of: c?.id, to: b?.id, reason: 'orders get lost' },
      artifact: b?.artifact,
    });
    const original = await viewOf(play, c?.id ?? '');
    expect(original).toMatchObject({ status: 'succeeded', rolledBackBy: outcome.view.id });
    const last = deploymentEvents(play.host, c?.id ?? '').at(-1);
    expect(last).toMatchObject({
      type: 'deployment.rolled_back',
      detail: {
        deploymentId: c?.id,
        data: {
          fromVersion: '4',
          toVersion: '3',
          rolledBackBy: outcome.view.id,
          failure: { code: 'cancelled', message: 'Rolled back to commit bbbbbbb by ada: orders get lost' },
        },
      },
    });
    const { current, previous } = await play.host.deps.deployments.environment('orders', 'staging');
    expect(current).toMatchObject({ deploymentId: outcome.view.id, version: '3', commit: commitNamed('b') });
    expect(previous).toMatchObject({ deploymentId: c?.id, version: '4' });
    expectGoldenHistory(play.host, outcome.view.id, 'rollback');
  });

  scenario('asked for twice in a row goes two releases back, and never to what was taken away', async (play) => {
    const [a, , c] = await releases(play, 'a', 'b', 'c');
    (await rolledBack(play)).status('succeeded');
    const second = (await rolledBack(play)).status('succeeded');
    await second.serves('2');
    expect(second.view.rollback?.to).toBe(a?.id);
    expect((await viewOf(play, c?.id ?? '')).rolledBackBy).not.toBe(second.view.id);
    const { statusCode, detail } = await play.when.rollsBack();
    expect([statusCode, detail]).toEqual([409, expect.stringContaining('no release of staging') as string]);
    // The one that was taken away can still be had by its name.
    const forward = (await rolledBack(play, { to: c?.id ?? '' })).status('succeeded');
    await forward.serves('4');
    play.given.source({ commit: commitNamed('d') });
    (await play.when.deploys({ commit: commitNamed('d') })).status('succeeded');
    expect((await rolledBack(play)).status('succeeded').view.rollback?.to).toBe(c?.id);
  });

  scenario('to a rollback goes to the release that that one brought back', async (play) => {
    const [a] = await releases(play, 'a', 'b');
    const first = (await rolledBack(play)).view;
    await releases(play, 'c');
    const second = (await rolledBack(play, { to: first.id })).status('succeeded');
    expect(second.view.rollback?.to).toBe(a?.id);
    await second.serves('2');
  });

  scenario('makes a version anew from the signed artifact when it is gone', async (play) => {
    const [a] = await releases(play, 'a', 'b');
    await removeVersion(play, '2');
    const target = (await targetsOf(play)).find(({ deploymentId }) => deploymentId === a?.id);
    expect(target).toMatchObject({ feasible: true, standard: true, effect: expect.stringContaining('anew') as string });
    const outcome = (await rolledBack(play)).status('succeeded');
    await outcome.serves('4');
    expect(outcome.view.commit).toBe(commitNamed('a'));
  });

  scenario('of production needs no approval: what comes back was approved when it went out', async (play) => {
    for (const letter of ['a', 'b']) await approvedRelease(play, letter);
    const outcome = (await rolledBack(play, { environment: 'production' })).status('succeeded');
    expect(outcome.view.approval).toBeUndefined();
    await outcome.serves('2');
  });

  scenario('is not promoted onward', async (play) => {
    const manifest = serviceManifest().replace(
      '  production: {}',
      '  production: { promoteFrom: { environment: staging, soakSeconds: 0 } }',
    );
    for (const letter of ['a', 'b']) {
      const commit = commitNamed(letter);
      play.given.source({ commit, manifest });
      const { view } = (await play.when.deploys({ commit })).status('succeeded');
      await play.host.runUntil(async () => {
        const { current } = await play.host.deps.deployments.environment('orders', 'production');
        return current?.commit === view.commit;
      });
    }
    const before = (await play.host.deps.deployments.list({ service: 'orders', limit: 50 })).items.length;
    (await rolledBack(play)).status('succeeded');
    const { items } = await play.host.deps.deployments.list({ service: 'orders', limit: 50 });
    expect(items.length).toBe(before + 1);
    const { current } = await play.host.deps.deployments.environment('orders', 'production');
    expect(current?.commit).toBe(commitNamed('b'));
  });
});

describe('a rollback that does not go well', () => {
  async function fails(play: Scenario, go: () => Promise<DeploymentOutcome>): Promise<void> {
    const [, , c] = await releases(play, 'a', 'b', 'c');
    const outcome = await go();
    await outcome.serves('4');
    expect((await viewOf(play, c?.id ?? '')).rolledBackBy).toBeUndefined();
    const { current } = await play.host.deps.deployments.environment('orders', 'staging');
    expect(current?.deploymentId).toBe(c?.id);
  }

  scenario('because the release is not healthy any more goes back to what served', (play) =>
    fails(play, async () => {
      play.given.health([503]);
      const id = await rollingBack(play);
      const outcome = await play.when.isOver(id);
      outcome
        .status('rolled_back')
        .failure({ step: 'verify', message: /answered 503/, nextAction: /^Version 4, which served before/ })
        .steps(['release succeeded', 'verify failed', 'rollback succeeded'])
        .events(['queued', 'started', 'canary_promoted', 'health_check', 'rolled_back']);
      expectGoldenHistory(play.host, id, 'rollback-taken-back');
      play.given.health([200]);
      return outcome;
    }),
  );

  scenario('because it was cancelled goes back to what served', (play) =>
    fails(play, async () => {
      play.given.health([503]);
      play.given.source({ commit: commitNamed('b'), manifest: patient });
      const id = await rollingBack(play);
      await play.when.looks(id, is('verifying'));
      expect((await play.when.sends({ kind: 'cancel' }, id)).statusCode).toBe(202);
      const outcome = (await play.when.isOver(id)).status('rolled_back').failure({ code: 'cancelled' });
      play.given.health([200]);
      return outcome;
    }),
  );

  scenario('because its machine was stopped goes back to what served', (play) =>
    fails(play, async () => {
      play.given.health([503]);
      const id = await rollingBack(play);
      await play.when.looks(id, is('verifying'));
      await new SFNClient(play.host.client).send(new StopExecutionCommand({ executionArn: rollbackArn(id) }));
      const outcome = (await play.when.isOver(id)).status('rolled_back');
      play.given.health([200]);
      return outcome;
    }),
  );

  scenario('because the artifact was changed after it was asked for moves nothing', (play) =>
    fails(play, async () => {
      const { items } = await play.host.deps.deployments.list({ service: 'orders', limit: 10 });
      const b = items.find(({ commit }) => commit === commitNamed('b'));
      const id = await aboutToRollBack(play);
      await removeBlob(play, b?.artifact?.key);
      return (await play.when.isOver(id))
        .status('failed')
        .failure({ code: 'artifact_verification_failed', step: 'release', message: /its bytes are gone/ })
        .steps(['release failed']);
    }),
  );

  scenario('at the first attempt of a throttled call goes on with the next', async (play) => {
    await releases(play, 'a', 'b');
    play.given.trouble({ at: 'shifter.shift', error: throttled() });
    const outcome = (await rolledBack(play)).status('succeeded');
    await outcome.serves('2');
  });

  scenario('can be retried, and looks at everything anew', async (play) => {
    const [a] = await releases(play, 'a', 'b');
    const id = await aboutToRollBack(play);
    play.given.trouble({ at: 'shifter.keeps', error: new Error('a bug') });
    const { view } = (await play.when.isOver(id)).status('failed').failure({ code: 'internal_error', step: 'release' });
    expect((await play.when.sends({ kind: 'retry' }, view.id)).statusCode).toBe(202);
    const outcome = (await play.when.isOver(view.id)).status('succeeded');
    expect(outcome.view).toMatchObject({ run: 2, rollback: { to: a?.id } });
    await outcome.serves('2');
  });
});

describe('a rollback is refused, and nothing is changed,', () => {
  async function refused(play: Scenario, words: RegExp, request?: Parameters<Scenario['when']['rollsBack']>[0]) {
    const { statusCode, detail, body } = await play.when.rollsBack(request);
    expect(statusCode, body).toBe(409);
    expect(detail).toMatch(words);
    expect((await play.host.deps.deployments.slot('orders', 'staging')).owner).toBeUndefined();
  }

  scenario('when the artifact is gone', async (play) => {
    const [a] = await releases(play, 'a', 'b');
    await removeBlob(play, a?.artifact?.key);
    await refused(play, /artifact [0-9a-f]{12} is gone/);
    const target = (await targetsOf(play)).at(-1);
    expect(target).toMatchObject({ deploymentId: a?.id, feasible: false });
    expect(checkOf(target, 'artifact')).toMatchObject({ ok: false });
    expect(checkOf(target, 'version')).toMatchObject({ ok: true, message: 'version 2 is still published' });
  });

  scenario('when its signature does not verify', async (play) => {
    const [a] = await releases(play, 'a', 'b');
    const artifact = (await play.host.deps.deployments.find(a?.id ?? ''))?.artifact;
    await play.host.deps.blobs.put(artifact?.signatureKey ?? '', '{"statement":"{}","signature":"AA=="}');
    await refused(play, /its signature cannot be read/);
    await removeBlob(play, artifact?.signatureKey);
    await refused(play, /its signature is gone/);
  });

  scenario('when the environment has another target now', async (play) => {
    await releases(play, 'a', 'b');
    const environments = { staging: { functionName: 'orders-moved' }, production: {} };
    const registration = {
      repository: 'https://git.example.com/orders.git',
      owner: 'team-a',
      replace: true,
      environments,
    };
    expect((await play.host.callApi('register-service', { service: 'orders' }, registration)).statusCode).toBe(200);
    await play.host.quiet();
    await refused(
      play,
      /released to orders-staging:live, and the environment is registered with orders-moved:live now/,
    );
  });

  scenario('when the target is gone', async (play) => {
    await releases(play, 'a', 'b');
    await new LambdaClient(play.host.client).send(new DeleteFunctionCommand({ FunctionName: 'orders-staging' }));
    await refused(play, /Target orders-staging:live does not exist/);
  });

  scenario('when it serves already, or when there is nothing before it', async (play) => {
    await refused(play, /Nothing has been released to staging/);
    const [a] = await releases(play, 'a');
    await refused(play, /it serves already/, { to: a?.id ?? '' });
    await refused(play, /no release of staging of "orders" before the present one/);
  });

  scenario('when another deployment serves than was named', async (play) => {
    const [a, b] = await releases(play, 'a', 'b');
    await refused(play, new RegExp(`${b?.id} does\\. .*dsctl rollback ${b?.id}`), { deployment: a?.id ?? '' });
    (await rolledBack(play, { deployment: b?.id ?? '' })).status('succeeded');
  });

  scenario('when what was named is no release of this environment', async (play) => {
    await releases(play, 'a', 'b');
    const elsewhere = (await play.when.deploys({ environment: 'production' })).view;
    const { statusCode, detail } = await play.when.rollsBack({ to: elsewhere.id });
    expect([statusCode, detail]).toEqual([422, expect.stringContaining('it went to production of orders') as string]);
    play.given.source({ commit: commitNamed('c') }).build({ test: 'fails' });
    const failed = (await play.when.deploys({ commit: commitNamed('c') })).view;
    await refused(play, /has failed: only a release that succeeded can be gone back to/, { to: failed.id });
  });
});

describe('a rollback while something else is on its way', () => {
  const d = { commit: commitNamed('d') };

  scenario('ends what is being built, and goes back from what serves', async (play) => {
    const [, b] = await releases(play, 'a', 'b', 'c');
    play.given.source(d).build({ compile: 'hangs' });
    const running = await play.when.asks(d);
    await play.when.looks(running, ({ steps }) => steps.some(({ name }) => name === 'compile'));
    const outcome = (await rolledBack(play)).status('succeeded');
    expect(outcome.view.rollback?.to).toBe(b?.id);
    await outcome.serves('3');
    const other = await play.when.isOver(running);
    other.status('cancelled');
    expect(other.view.cancel).toMatchObject({
      by: 'ada',
      reason: `Rollback ${outcome.view.id} goes back to commit bbbbbbb.`,
    });
    expect(play.host.account.codebuild.running()).toBe(0);
  });

  scenario('ends the wait for an approval', async (play) => {
    for (const letter of ['a', 'b']) await approvedRelease(play, letter);
    const waiting = await approvable(play, 'd');
    (await rolledBack(play, { environment: 'production' })).status('succeeded');
    const outcome = (await play.when.isOver(waiting)).status('cancelled');
    await outcome.serves('2');
  });

  scenario('takes a release back that has moved traffic, and makes sure of what served', async (play) => {
    const [, b] = await releases(play, 'a', 'b');
    const more = 'strategy: { type: rolling, batches: 4, pauseSeconds: 200 }\n';
    play.given.source({ ...d, manifest: serviceManifest({ more }) });
    const running = await play.when.asks(d);
    await play.host.runUntil(
      async () => (await play.host.deps.deployments.find(running))?.release?.trafficMoved === true,
    );
    const [serving] = (await targetsOf(play)).filter(({ serves }) => serves);
    expect(serving).toMatchObject({ deploymentId: b?.id, standard: true, feasible: true });
    const outcome = (await rolledBack(play)).status('succeeded');
    await outcome.serves('3');
    expect(outcome.view.rollback).toMatchObject({ of: b?.id, to: b?.id });
    (await play.when.isOver(running)).status('rolled_back').failure({ code: 'cancelled' });
    // Nothing was taken away from what served all the time.
    expect((await viewOf(play, b?.id ?? '')).rolledBackBy).toBeUndefined();
    const { current, previous } = await play.host.deps.deployments.environment('orders', 'staging');
    expect([current?.deploymentId, previous?.version]).toEqual([b?.id, '2']);
  });

  scenario('goes before what waits, which is given up', async (play) => {
    await releases(play, 'a', 'b');
    play.given.source(d).build({ compile: 'hangs' });
    const running = await play.when.asks(d);
    await play.when.looks(running, is('running'));
    play.given.source({ commit: commitNamed('e') });
    const waiting = await play.when.asks({ commit: commitNamed('e') });
    await play.host.runUntil(
      async () => (await play.host.deps.deployments.slot('orders', 'staging')).waiters.length === 1,
    );
    // Of two wishes of the same millisecond it is chance which one is the newer.
    await play.host.clock.advance(5);
    const outcome = (await rolledBack(play)).status('succeeded');
    await outcome.serves('2');
    (await play.when.isOver(running)).status('cancelled');
    (await play.when.isOver(waiting)).status('superseded');
  });

  scenario('is not given up for a commit that comes later, which goes out after it', async (play) => {
    await releases(play, 'a', 'b');
    play.given.health([503]).source({ commit: commitNamed('a'), manifest: patient });
    const id = await rollingBack(play);
    await play.when.looks(id, is('verifying'));
    play.given.source(d);
    await play.host.clock.advance(5);
    const later = await play.when.asks(d);
    play.given.health([200]);
    (await play.when.isOver(id)).status('succeeded');
    const outcome = (await play.when.isOver(later)).status('succeeded');
    await outcome.serves('4');
  });

  scenario('of the same commit waits for nobody to release it twice: it is refused with the way out', async (play) => {
    const [a] = await releases(play, 'a', 'b');
    const more = 'strategy: { type: rolling, batches: 4, pauseSeconds: 200 }\n';
    play.given.source({ commit: commitNamed('a'), manifest: serviceManifest({ more }) });
    const again = await play.when.asks({ commit: commitNamed('a') });
    await play.host.runUntil(
      async () => (await play.host.deps.deployments.find(again))?.release?.trafficMoved === true,
    );
    const { statusCode, detail } = await play.when.rollsBack({ to: a?.id ?? '' });
    expect([statusCode, detail]).toEqual([
      409,
      `Commit aaaaaaa is on its way to staging with a deployment already, ${again}. It was told to step aside; ask again when that is over: dsctl status ${again} --watch`,
    ]);
    (await play.when.isOver(again)).status('rolled_back');
    (await (await rolledBack(play, { to: a?.id ?? '' })).status('succeeded').serves('2')).status('succeeded');
  });

  scenario('asked for by several at once is one rollback', async (play) => {
    await releases(play, 'a', 'b', 'c');
    const answers = await play.when.atOnce([1, 2, 3].map(() => () => play.when.rollsBack()));
    expect(answers.map(({ statusCode }) => statusCode).sort((one, two) => one - two)).toEqual([200, 200, 201]);
    expect(new Set(answers.map(({ id }) => id)).size).toBe(1);
    const outcome = (await play.when.isOver(answers[0]?.id ?? '')).status('succeeded');
    await outcome.serves('3');
  });
});
