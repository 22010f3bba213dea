import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { runnerPlaceOf } from '#domain/runner-pool/runner-waiter.ts';
import type { Deployment } from '#domain/deployment/deployment.ts';
import type { Measurement } from '#domain/telemetry/measurement.ts';
import type { Deps } from '#ports/deps.ts';
import { givenDeployments } from '#test/contract/adapters/given-deployments.ts';
import { openTestAccount, type TestAccount } from '#test/support/account.ts';
import { dispatchRunners } from '#usecases/dispatch-runners.ts';
import { tendRunners } from '#usecases/tend-runners.ts';

let account: TestAccount;
let measured: Measurement[];
let fleet: number[];
beforeEach(async () => {
  account = await openTestAccount();
  measured = [];
  fleet = [];
});
afterEach(() => account.close());

function deps(limit: number, most: number, laterMs = 0): Deps {
  const real = laterMs === 0 ? account.deps : account.later(laterMs);
  const { clock, deployments, runnerQueue, settings } = real;
  return {
    clock,
    deployments,
    runnerQueue,
    settings: { region: settings.region, runnerBounds: { limit, most } },
    metrics: { record: (more: readonly Measurement[]) => measured.push(...more) },
    runners: { resizeFleet: async (machines: number) => void fleet.push(machines) },
  } as unknown as Deps;
}

async function waiting(): Promise<Deployment> {
  const deployment = await givenDeployments(account).admitted();
  const askedAtMs = account.deps.clock.now().getTime();
  await account.deps.runnerQueue.join({ ...runnerPlaceOf(deployment), askedAtMs, token: deployment.id }, 1);
  return deployment;
}

describe('the pool of runners', () => {
  test('gives what is free, measures how long each waited, and gives no more than there are when asked ten times at once', async () => {
    for (let number = 0; number < 5; number++) await waiting();
    const later = deps(3, 3, 7_000);
    await Promise.all(Array.from({ length: 10 }, () => dispatchRunners(later)));
    const { holds, waiters } = await account.deps.runnerQueue.read();
    expect([holds.length, waiters.length]).toEqual([3, 2]);
    expect(measured.map(({ metric, value }) => [metric, value])).toEqual(
      Array.from({ length: 3 }, () => ['runnerWaitTime', 7_000]),
    );
  });

  test('takes back what a deployment holds that is over, after two minutes', async () => {
    const deployment = await waiting();
    await dispatchRunners(deps(1, 1));
    // As if its end had not taken it along.
    const gone = { ...runnerPlaceOf(deployment), deploymentId: 'dep_gone' };
    const seen = await account.deps.runnerQueue.read();
    expect(seen.holds).toHaveLength(1);
    expect((await tendRunners(deps(1, 1, 60_000))).reclaimed).toBe(0);
    expect((await tendRunners(deps(1, 1, 180_000))).reclaimed).toBe(0);
    await account.deps.runnerQueue.remove(gone);
    const lost = { ...account.deps.deployments, find: async () => undefined } as unknown as Deps['deployments'];
    expect((await tendRunners({ ...deps(1, 1, 180_000), deployments: lost })).reclaimed).toBe(1);
    expect((await account.deps.runnerQueue.read()).holds).toEqual([]);
  });

  test('asks for a larger fleet again, when that did not go through', async () => {
    await waiting();
    const minute = 60_000;
    const busy = (at: number): Deps => ({
      ...deps(1, 2, at * minute),
      runners: { resizeFleet: () => Promise.reject(new Error('busy')) } as unknown as Deps['runners'],
    });
    // Somebody else has the only runner.
    await dispatchRunners(deps(1, 2));
    await waiting();
    for (let at = 0; at <= 7; at++) await tendRunners(busy(at)).catch(() => undefined);
    expect((await account.deps.runnerQueue.read()).scale.raisedTo).toBeUndefined();
    await tendRunners(deps(1, 2, 8 * minute));
    expect(fleet).toEqual([2]);
    expect((await account.deps.runnerQueue.read()).scale.raisedTo).toBe(2);
  });

  test('grows with its fleet when somebody waits for more than two minutes over five minutes, and says how large it is', async () => {
    for (let number = 0; number < 4; number++) await waiting();
    const minute = 60_000;
    for (let at = 0; at <= 8; at++) await tendRunners(deps(2, 4, at * minute));
    expect(fleet).toEqual([3]);
    expect((await account.deps.runnerQueue.read()).holds).toHaveLength(3);
    const last = (metric: string) => measured.findLast((each) => each.metric === metric)?.value;
    expect([last('runnerLimit'), last('runnersInUse'), last('runnersWaiting')]).toEqual([3, 2, 2]);
  });
});
