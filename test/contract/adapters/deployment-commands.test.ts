import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { admit } from '#domain/deployment/admit.ts';
import { cancelDeployment } from '#domain/deployment/cancel.ts';
import { decide } from '#domain/deployment/decision.ts';
import type { Deployment } from '#domain/deployment/deployment.ts';
import { retryDeployment } from '#domain/deployment/retry.ts';
import { openTestAccount, type TestAccount } from '#test/support/account.ts';
import { commitB, givenDeployments } from './given-deployments.ts';

let account: TestAccount;
beforeAll(async () => {
  account = await openTestAccount();
});
afterAll(() => account.close());

type Given = ReturnType<typeof givenDeployments>;

/** A deployment that waits for a person, and the token that wakes its machine. */
async function waiting(given: Given, token = 'token-1', changes: Parameters<Given['admitted']>[0] = {}) {
  const admitted = await given.admitted(changes);
  const writes = [
    { kind: 'put-token' as const, deployment: admitted, token },
    { kind: 'put-approval' as const, deployment: admitted, requestedAt: given.moment().at },
  ];
  return given.commit(decide(admitted, { status: 'awaiting_approval', writes }, given.moment()));
}

const cancelled = (given: Given, deployment: Deployment) => {
  const cancellation = cancelDeployment({ deployment, steps: [] }, 'wrong commit', given.moment());
  if (cancellation.kind === 'known') throw new Error('It was cancelled before.');
  return given.commit(cancellation.decision);
};

const retried = (given: Given, deployment: Deployment) => {
  const retrial = retryDeployment(deployment, {}, given.moment());
  if (retrial.kind === 'known') throw new Error('It is on its way.');
  return given.commit(retrial.decision);
};

describe('the commands of a deployment', () => {
  test('come with it, in the order in which they were given, and are none at first', async () => {
    const given = givenDeployments(account);
    const accepted = await given.accepted();
    expect((await account.deps.deployments.load(accepted.id))?.commands).toEqual([]);
    await cancelled(given, await retried(given, await cancelled(given, accepted)));
    const { deployment, commands } = (await account.deps.deployments.load(accepted.id)) ?? {};
    expect(deployment).toMatchObject({ status: 'cancelled', run: 2, commands: 3 });
    expect(commands).toMatchObject([
      { number: 1, kind: 'cancel', run: 1, by: 'ada', comment: 'wrong commit' },
      { number: 2, kind: 'retry', run: 1, by: 'ada' },
      { number: 3, kind: 'cancel', run: 2, by: 'ada' },
    ]);
  });

  test('of the same moment: one is written, and the other decides again', async () => {
    const given = givenDeployments(account);
    const deployment = await given.admitted();
    const asked = [0, 1].map(() => cancelDeployment({ deployment, steps: [] }, undefined, given.moment()));
    const outcomes = await Promise.all(
      asked.map(async (each) => (each.kind === 'known' ? 'known' : account.deps.deployments.commit(each.decision))),
    );
    expect(outcomes.toSorted()).toEqual(['committed', 'revision_conflict']);
    expect((await account.deps.deployments.load(deployment.id))?.commands).toHaveLength(1);
  });
});

describe('the wait for a person', () => {
  test('has the last token that was put, and none once it is over', async () => {
    const given = givenDeployments(account);
    const { deployments } = account.deps;
    const first = await waiting(given);
    expect(await deployments.approvalToken(first.id)).toBe('token-1');
    const again = await given.commit(
      decide(first, { writes: [{ kind: 'put-token', deployment: first, token: 'token-2' }] }, given.moment()),
    );
    expect(await deployments.approvalToken(first.id)).toBe('token-2');
    await given.commit(decide(again, { status: 'releasing' }, given.moment()));
    expect(await deployments.approvalToken(first.id)).toBeUndefined();
  });

  test.each(['releasing', 'failed', 'cancelled', 'superseded'] as const)(
    'stands on the list until the deployment is %s',
    async (status) => {
      const given = givenDeployments(account);
      const { deployments } = account.deps;
      const deployment = await waiting(given);
      expect((await deployments.awaitingApproval(100)).ids).toContain(deployment.id);
      await given.commit(decide(deployment, { status }, given.moment()));
      expect((await deployments.awaitingApproval(100)).ids).not.toContain(deployment.id);
    },
  );

  test('is listed by how long it lasts, and the list says when there is more', async () => {
    const { deployments } = account.deps;
    const mine: string[] = [];
    for (let count = 0; count < 3; count++) {
      mine.push((await waiting(givenDeployments(account))).id);
      await account.clock.advance(5);
    }
    const all = await deployments.awaitingApproval(100);
    expect(all.ids.filter((id) => mine.includes(id))).toEqual(mine);
    expect(all.more).toBe(false);
    expect(await deployments.awaitingApproval(1)).toMatchObject({ ids: [all.ids[0]], more: true });
  });
});

describe('the builds of a deployment', () => {
  test('are all remembered with their run, in whatever order they were told of, and each once', async () => {
    const { id } = await givenDeployments(account).admitted();
    const { deployments } = account.deps;
    expect(await deployments.builds(id)).toEqual([]);
    const told = [
      { buildId: 'p-build:2', run: 1 },
      { buildId: 'p-fetch:1', run: 1 },
      { buildId: 'p-build:3', run: 2 },
    ];
    for (const build of [...told, ...told]) await deployments.putBuild(id, build);
    const seen = await deployments.builds(id);
    expect(seen.toSorted((one, other) => one.buildId.localeCompare(other.buildId))).toEqual([
      told[0],
      told[2],
      told[1],
    ]);
  });
});

test('a slot remembers since when its last holder was wanted: of a retry, since it was asked for', async () => {
  const given = givenDeployments(account);
  const { deployments } = account.deps;
  const old = await given.accepted();
  const ended = await cancelled(given, old);
  await account.clock.advance(1_000);
  const between = await given.accepted({ commit: commitB });
  await account.clock.advance(1_000);
  const again = await retried(given, ended);
  await given.commit(await given.admission(again));
  expect((await deployments.slot(given.service, 'staging')).last).toEqual({
    deploymentId: old.id,
    priority: 2,
    since: again.queuedAt,
  });
  const late = await given.admission(between);
  expect(late.after).toMatchObject({ status: 'superseded', supersededBy: old.id });
});

test('nobody gets in line for a slot that became free in between, and none is in line before its machine asks', async () => {
  const given = givenDeployments(account);
  const owner = await given.admitted();
  const second = await given.accepted({ commit: commitB });
  const slot = await account.deps.deployments.slot(given.service, 'staging');
  const late = admit(second, slot, given.moment(), 'token');
  if (late.kind !== 'queue') throw new Error(late.kind);

  const over = cancelDeployment({ deployment: owner, steps: [] }, undefined, given.moment());
  if (over.kind === 'known') throw new Error(over.kind);
  await given.commit(over.decision);
  expect(await account.deps.deployments.commit(late.decision)).toBe('slot_lost');

  const third = await given.admitted({ environment: 'production' });
  const fourth = await given.accepted({ commit: commitB, environment: 'production' });
  const held = await account.deps.deployments.slot(given.service, 'production');
  expect(held.owner).toBe(third.id);
  const tokenless = admit(fourth, held, given.moment());
  if (tokenless.kind !== 'queue') throw new Error(tokenless.kind);
  const queued = await given.commit(tokenless.decision);
  expect(await account.deps.deployments.waitingForSlot()).not.toContain(fourth.id);
  const asking = admit(
    queued,
    await account.deps.deployments.slot(given.service, 'production'),
    given.moment(),
    'token',
  );
  if (asking.kind !== 'queue') throw new Error(asking.kind);
  await given.commit(asking.decision);
  expect(await account.deps.deployments.waitingForSlot()).toContain(fourth.id);
});
