import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { runnerPlaceOf, type RunnerWaiter } from '#domain/runner-pool/runner-waiter.ts';
import type { Deployment } from '#domain/deployment/deployment.ts';
import { openTestAccount, type TestAccount } from '#test/support/account.ts';
import { commitA, givenDeployments } from './given-deployments.ts';

let account: TestAccount;
beforeEach(async () => {
  account = await openTestAccount();
});
afterEach(() => account.close());

const at = '2026-01-01T12:00:05.000Z';

async function running(): Promise<Deployment> {
  return givenDeployments(account).admitted({ commit: commitA });
}

function waiterFor(deployment: Deployment, token = 'token'): RunnerWaiter {
  return { ...runnerPlaceOf(deployment), askedAtMs: 1_000, token };
}

describe.skipIf(process.env['CONTRACT_ENDPOINT_URL'] !== undefined)('the queue for runners', () => {
  test('shows who waits and who has one, and nobody at first', async () => {
    const queue = account.deps.runnerQueue;
    expect(await queue.read()).toEqual({ waiters: [], holds: [], scale: {}, rev: 0 });
    expect(await queue.anyoneWaits()).toBe(false);
    const deployment = await running();
    expect(await queue.join(waiterFor(deployment), 1)).toBe('waiting');
    expect(await queue.anyoneWaits()).toBe(true);
    expect(await queue.holds(deployment.id)).toBe(false);
    expect(await queue.tokenOf(runnerPlaceOf(deployment))).toBe('token');

    const seen = await queue.read();
    expect(seen.waiters).toEqual([waiterFor(deployment)]);
    expect(await queue.grant(seen.waiters, seen, at)).toBe('granted');
    expect(await queue.holds(deployment.id)).toBe(true);
    expect(await queue.read()).toEqual({
      waiters: [],
      holds: [{ ...runnerPlaceOf(deployment), grantedAtMs: Date.parse(at) }],
      scale: {},
      rev: 1,
    });
  });

  test('keeps the place and the waiting time of one that asks again, with its new token', async () => {
    const queue = account.deps.runnerQueue;
    const deployment = await running();
    await queue.join(waiterFor(deployment, 'old'), 1);
    await queue.join({ ...waiterFor(deployment, 'new'), askedAtMs: 9_000 }, 1);
    expect((await queue.read()).waiters).toEqual([{ ...waiterFor(deployment, 'new'), askedAtMs: 1_000 }]);
  });

  test('takes nobody in whose run is over', async () => {
    const queue = account.deps.runnerQueue;
    const deployment = await running();
    expect(await queue.join(waiterFor(deployment), 2)).toBe('over');
    expect(await queue.join({ ...waiterFor(deployment), deploymentId: 'dep_unknown' }, 1)).toBe('over');
    expect((await queue.read()).waiters).toEqual([]);
  });

  test('gives to the first of two who give at once, and nothing to a waiter that left or asks with another token', async () => {
    const queue = account.deps.runnerQueue;
    const [one, other] = [await running(), await running()];
    for (const each of [one, other]) await queue.join(waiterFor(each), 1);
    const seen = await queue.read();
    expect(await queue.grant(seen.waiters.slice(0, 1), seen, at)).toBe('granted');
    expect(await queue.grant(seen.waiters.slice(1), seen, at)).toBe('conflict');

    const now = await queue.read();
    await queue.join(waiterFor(other, 'another'), 1);
    expect(await queue.grant(now.waiters, now, at)).toBe('conflict');
    expect(await queue.holds(other.id)).toBe(false);
    await queue.remove(runnerPlaceOf(other));
    const later = await queue.read();
    expect(await queue.grant([waiterFor(other, 'another')], later, at)).toBe('conflict');
    expect((await queue.read()).holds).toHaveLength(1);
  });

  test('lets nobody stand in line who was given a runner in the meantime', async () => {
    const queue = account.deps.runnerQueue;
    const deployment = await running();
    await queue.join(waiterFor(deployment, 'old'), 1);
    const seen = await queue.read();
    expect(await queue.grant(seen.waiters, seen, at)).toBe('granted');
    expect(await queue.join(waiterFor(deployment, 'new'), 1)).toBe('granted');
    const { holds, waiters } = await queue.read();
    expect([holds.length, waiters.length]).toEqual([1, 0]);
  });

  test('gives forty at once', async () => {
    const queue = account.deps.runnerQueue;
    const many = [];
    for (let number = 0; number < 40; number++) many.push(await running());
    for (const each of many) await queue.join(waiterFor(each), 1);
    const seen = await queue.read();
    expect(await queue.grant(seen.waiters, seen, at)).toBe('granted');
    expect((await queue.read()).holds).toHaveLength(40);
  });

  test('remembers how far it was raised', async () => {
    const queue = account.deps.runnerQueue;
    const seen = await queue.read();
    expect(await queue.rescale({ raisedTo: 9, slowSinceMs: 5 }, seen)).toBe('rescaled');
    expect(await queue.rescale({}, seen)).toBe('conflict');
    expect(await queue.read()).toMatchObject({ scale: { raisedTo: 9, slowSinceMs: 5 }, rev: 1 });
  });
});
