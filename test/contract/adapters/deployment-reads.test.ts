import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { completeDeployment } from '#domain/deployment/complete.ts';
import { decide } from '#domain/deployment/decision.ts';
import type { Artifact, Step } from '#domain/deployment/deployment.ts';
import { openTestAccount, type TestAccount } from '#test/support/account.ts';
import { aRelease, aStep } from '#test/support/builders.ts';
import { commitA, commitB, givenDeployments } from './given-deployments.ts';

let account: TestAccount;
beforeAll(async () => {
  account = await openTestAccount();
});
afterAll(() => account.close());

function artifactOf(digest: string, identity: string): Artifact {
  return {
    format: 'zip',
    digest,
    key: `artifacts/${digest}.zip`,
    sizeBytes: 10,
    identity,
    signatureKey: `artifacts/${digest}.sig.json`,
  };
}

describe('a deployment', () => {
  test('that nobody made is undefined everywhere', async () => {
    const { deployments, ids } = account.deps;
    const { service } = givenDeployments(account);
    expect(await deployments.find(ids.deploymentId())).toBeUndefined();
    expect(await deployments.load(ids.deploymentId())).toBeUndefined();
    expect(await deployments.findInProgress(service, 'staging', commitA)).toBeUndefined();
    expect(await deployments.slot(service, 'staging')).toEqual({ fence: 0, waiters: [] });
    expect(await deployments.environment(service, 'staging')).toEqual({ service, environment: 'staging' });
    expect(await deployments.findArtifact(service, 'tree', 'identity')).toBeUndefined();
    expect(await deployments.list({ service, limit: 10 })).toEqual({ items: [] });
  });

  test('comes back exactly as it was committed, and loses what a commit takes away', async () => {
    const given = givenDeployments(account);
    const admitted = await given.admitted();
    const failure = { code: 'step_failed' as const, message: 'naïve ☃', logTail: ['', ' '], failedTests: [] };
    const release = aRelease();
    const changed = await given.commit(decide(admitted, { patch: { failure, release, builds: 0 } }, given.moment()));
    expect(await account.deps.deployments.find(admitted.id)).toEqual(changed);
    const { failure: _failure, builds: _builds, ...rest } = changed;
    await given.commit({ before: changed, after: { ...rest, rev: changed.rev + 1 }, writes: [], events: [] });
    expect(await account.deps.deployments.find(admitted.id)).toEqual({ ...rest, rev: changed.rev + 1 });
  });

  test('has the attempts of its steps in the order of step and attempt, over many pages of rows', async () => {
    const given = givenDeployments(account);
    const deployment = await given.admitted();
    const attempts = (name: Step['name'], count: number) =>
      Array.from({ length: count }, (_, index) =>
        aStep({
          deploymentId: deployment.id,
          name,
          attempt: index + 1,
          status: 'failed',
          failure: { code: 'step_failed', message: 'x'.repeat(90_000) },
        }),
      );
    const steps = [
      ...attempts('source', 1),
      ...attempts('install', 2),
      ...attempts('test', 11),
      ...attempts('sign', 1),
    ];
    let before = deployment;
    for (const step of steps.toReversed()) {
      before = await given.commit(decide(before, { writes: [{ kind: 'put-step', step }] }, given.moment()));
    }
    const record = await account.deps.deployments.load(deployment.id);
    expect(record?.deployment).toEqual(before);
    expect(record?.steps.map(({ name, attempt }) => [name, attempt])).toEqual(
      steps.map(({ name, attempt }) => [name, attempt]),
    );
    expect(record?.steps.at(-1)).toEqual(steps.at(-1));
  });

  test('holds the lock of its commit until it is over, and only its own', async () => {
    const given = givenDeployments(account);
    const deployment = await given.admitted();
    const find = (commit: string) => account.deps.deployments.findInProgress(given.service, 'staging', commit);
    expect([await find(commitA), await find(commitB)]).toEqual([deployment.id, undefined]);
    await given.commit(decide(deployment, { status: 'failed' }, given.moment()));
    expect(await find(commitA)).toBeUndefined();
  });
});

describe('a slot', () => {
  test('tells its owner, who had it last, and who waits in which order', async () => {
    const given = givenDeployments(account);
    const owner = await given.admitted();
    const waiting = [];
    for (const commit of ['c', 'd', 'e']) {
      await account.clock.advance(1000);
      const deployment = await given.accepted({ commit: commit.repeat(40) });
      const waiter = {
        service: given.service,
        environment: 'staging',
        deploymentId: deployment.id,
        priority: commit === 'e' ? 0 : 2,
        since: deployment.createdAt,
      };
      await given.commit(decide(deployment, { writes: [{ kind: 'join-queue', waiter }] }, given.moment()));
      waiting.push(waiter);
    }
    const last = { deploymentId: owner.id, since: owner.createdAt };
    const held = await account.deps.deployments.slot(given.service, 'staging');
    expect(held).toMatchObject({ owner: owner.id, last, fence: 1 });
    expect(held.waiters).toMatchObject([waiting[2], waiting[0], waiting[1]]);

    await given.commit(decide(owner, { status: 'failed' }, given.moment()));
    const free = await account.deps.deployments.slot(given.service, 'staging');
    expect(free).toMatchObject({ last, fence: 1 });
    expect(free.owner).toBeUndefined();
  });

  test('is one per environment', async () => {
    const given = givenDeployments(account);
    const staging = await given.admitted();
    const production = await given.admitted({ environment: 'production' });
    const { deployments } = account.deps;
    expect((await deployments.slot(given.service, 'staging')).owner).toBe(staging.id);
    expect((await deployments.slot(given.service, 'production')).owner).toBe(production.id);
  });
});

describe('an environment', () => {
  test('remembers the current release and the one before it', async () => {
    const given = givenDeployments(account);
    const finish = async (commit: string, version: string) => {
      const deployment = await given.admitted({ commit });
      const release = aRelease({ version });
      const patch = { artifact: artifactOf(`digest-${version}`, 'i'), release };
      const releasing = await given.commit(decide(deployment, { status: 'releasing', patch }, given.moment()));
      const verifying = await given.commit(decide(releasing, { status: 'verifying' }, given.moment()));
      await given.commit(completeDeployment(verifying, given.moment()));
      const { target } = release;
      return { deploymentId: deployment.id, version, target, artifactDigest: `digest-${version}`, commit };
    };
    const read = () => account.deps.deployments.environment(given.service, 'staging');

    const first = await finish(commitA, '1');
    expect(await read()).toMatchObject({ current: first });
    expect((await read()).previous).toBeUndefined();
    const second = await finish(commitB, '2');
    const third = await finish(commitA, '3');
    expect(await read()).toMatchObject({ current: third, previous: second });
  });
});

describe('an artifact', () => {
  test('is found by its tree and identity, and by nothing less', async () => {
    const given = givenDeployments(account);
    const found = (tree: string, identity: string) =>
      account.deps.deployments.findArtifact(given.service, tree, identity);
    let deployment = await given.admitted();
    for (const [tree, digest, identity] of [
      ['t1', 'd1', 'debug'],
      ['t1', 'd2', 'release'],
      ['t12', 'd3', 'release'],
    ] as const) {
      const artifact = artifactOf(digest, identity);
      const source = { tree, subject: 's', author: 'a', key: 'k' };
      const write = { kind: 'put-artifact-ref' as const, deployment: { ...deployment, source, artifact }, at: 'now' };
      deployment = await given.commit(decide(deployment, { writes: [write] }, given.moment()));
    }
    expect(await found('t1', 'release')).toEqual(artifactOf('d2', 'release'));
    expect(await found('t12', 'release')).toEqual(artifactOf('d3', 'release'));
    expect(await found('t12', 'debug')).toBeUndefined();
    expect(await found('t', 'release')).toBeUndefined();
    expect(await account.deps.deployments.findArtifact(`${given.service}x`, 't1', 'release')).toBeUndefined();
  });
});

test('the queue depth counts those that wait, and those only', async () => {
  if (account.shared) return;
  const before = await account.deps.deployments.queueDepth();
  const given = givenDeployments(account);
  await given.admitted();
  const deployment = await given.accepted({ commit: commitB });
  const joined = await given.commit(await given.admission(deployment));
  expect(await account.deps.deployments.queueDepth()).toBe(before + 1);
  await given.commit(decide(joined, { status: 'failed' }, given.moment()));
  expect(await account.deps.deployments.queueDepth()).toBe(before);
});
