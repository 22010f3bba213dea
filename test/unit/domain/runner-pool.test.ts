import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { grantRunners, placeInQueue, type RunnerPoolState } from '#domain/runner-pool/grant-runners.ts';
import type { RunnerWaiter } from '#domain/runner-pool/runner-waiter.ts';
import { limitOf, scalePool, type PoolScale } from '#domain/runner-pool/scale-pool.ts';
import { depId, moment } from '../../support/builders.ts';

function waiter(number: number, changes: Partial<RunnerWaiter> = {}): RunnerWaiter {
  return {
    deploymentId: depId(number),
    service: `service-${number}`,
    environment: 'staging',
    priority: 2,
    since: moment(number).at,
    askedAtMs: moment(number).atMs,
    token: `token-${number}`,
    ...changes,
  };
}

const served = (state: RunnerPoolState): readonly string[] => grantRunners(state).map(({ token }) => token);

describe('who gets a runner', () => {
  test('is nobody while all are in use, and also when the pool was made smaller than what is in use', () => {
    const holds = [1, 2, 3].map((number) => waiter(number));
    expect(served({ limit: 3, holds, waiters: [waiter(9)] })).toEqual([]);
    expect(served({ limit: 1, holds, waiters: [waiter(9)] })).toEqual([]);
  });

  test('goes by priority first: rollback, production, staging, preview', () => {
    const waiters = [3, 1, 2, 0].map((priority, number) => waiter(number, { priority }));
    expect(served({ limit: 3, holds: [], waiters })).toEqual(['token-3', 'token-1', 'token-2']);
  });

  test('is the one who waits longest, among services that have none', () => {
    expect(served({ limit: 2, holds: [], waiters: [waiter(5), waiter(3), waiter(4)] })).toEqual(['token-3', 'token-4']);
  });

  test('is fair between services: one that asks for ten gets no more than one that asks for two', () => {
    const greedy = Array.from({ length: 10 }, (_, number) => waiter(number, { service: 'greedy' }));
    const modest = [waiter(20, { service: 'modest' }), waiter(21, { service: 'modest' })];
    expect(served({ limit: 4, holds: [], waiters: [...greedy, ...modest] })).toEqual([
      'token-0',
      'token-20',
      'token-1',
      'token-21',
    ]);
  });

  test('counts what a service has already', () => {
    const holds = [waiter(1, { service: 'busy' }), waiter(2, { service: 'busy' })];
    const waiters = [waiter(3, { service: 'busy' }), waiter(4, { service: 'idle' })];
    expect(served({ limit: 3, holds, waiters })).toEqual(['token-4']);
  });

  const anyWaiters = fc.uniqueArray(
    fc.record({
      number: fc.integer({ min: 0, max: 900 }),
      service: fc.integer({ min: 0, max: 5 }),
      priority: fc.integer({ min: 0, max: 3 }),
    }),
    { selector: ({ number }) => number, maxLength: 40 },
  );

  test('never more than the limit, nobody twice, and nobody while one of higher priority goes without', () => {
    fc.assert(
      fc.property(anyWaiters, fc.integer({ min: 0, max: 50 }), (asked, limit) => {
        const waiters = asked.map(({ number, service, priority }) =>
          waiter(number, { service: `s${service}`, priority }),
        );
        const got = grantRunners({ limit, holds: [], waiters });
        expect(got).toHaveLength(Math.min(limit, waiters.length));
        expect(new Set(got).size).toBe(got.length);
        const without = waiters.filter((each) => !got.includes(each));
        const worst = Math.max(-1, ...got.map(({ priority }) => priority));
        expect(without.every(({ priority }) => priority >= worst)).toBe(true);
      }),
    );
  });

  test('between two services of one priority that still wait, no one gets ahead by more than one', () => {
    fc.assert(
      fc.property(anyWaiters, fc.integer({ min: 0, max: 30 }), (asked, limit) => {
        const waiters = asked.map(({ number, service }) => waiter(number, { service: `s${service}` }));
        const got = grantRunners({ limit, holds: [], waiters });
        const count = (service: string) => got.filter((each) => each.service === service).length;
        const waiting = [...new Set(waiters.filter((each) => !got.includes(each)).map(({ service }) => service))];
        const counts = waiting.map(count);
        if (counts.length > 1) expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1);
      }),
    );
  });

  test('the place in the queue is the order in which runners are given when they become free', () => {
    fc.assert(
      fc.property(anyWaiters, (asked) => {
        const waiters = asked.map(({ number, service, priority }) =>
          waiter(number, { service: `s${service}`, priority }),
        );
        const order = grantRunners({ limit: waiters.length, holds: [], waiters });
        const places = order.map(({ deploymentId }) => placeInQueue({ limit: 0, holds: [], waiters }, deploymentId));
        expect(places).toEqual(order.map((_, index) => index + 1));
      }),
    );
    expect(placeInQueue({ limit: 0, holds: [], waiters: [] }, depId(1))).toBeUndefined();
  });
});

describe('the size of the pool', () => {
  const bounds = { limit: 20, most: 60 };
  const minute = 60_000;

  /** What the pool remembers after a look each minute. */
  const after = (waitsMs: readonly number[], inUse = 20, start: PoolScale = {}): PoolScale =>
    waitsMs.reduce<PoolScale>(
      (scale, longestWaitMs, index) => scalePool(scale, bounds, { atMs: index * minute, longestWaitMs, inUse }),
      start,
    );

  test.each([
    ['a wait of two minutes, for as long as it is not longer', Array<number>(20).fill(120_000), 20],
    ['a wait that is too long for less than five minutes', Array<number>(5).fill(121_000), 20],
    ['a wait that is too long for five minutes', Array<number>(6).fill(121_000), 30],
    ['one short wait in between begins anew', [121_000, 121_000, 121_000, 0, 121_000, 121_000, 121_000], 20],
    ['ten minutes', Array<number>(11).fill(121_000), 45],
    ['an hour: as far as it may, and no further', Array<number>(61).fill(121_000), 60],
  ])('%s', (_, waitsMs, limit) => {
    expect(limitOf(after(waitsMs), bounds)).toBe(limit);
  });

  test('goes back after half an hour in which nobody waited and half of it stood idle', () => {
    const raised = { raisedTo: 45 };
    expect(limitOf(after(Array<number>(30).fill(0), 22, raised), bounds)).toBe(45);
    expect(limitOf(after(Array<number>(31).fill(0), 22, raised), bounds)).toBe(20);
    expect(limitOf(after(Array<number>(31).fill(0), 23, raised), bounds)).toBe(45);
    expect(limitOf(after([...Array<number>(20).fill(0), 5_000, ...Array<number>(20).fill(0)], 0, raised), bounds)).toBe(
      45,
    );
  });

  test('follows the settings of the installation, whatever it remembers', () => {
    expect(limitOf({ raisedTo: 45 }, { limit: 10, most: 30 })).toBe(30);
    expect(limitOf({ raisedTo: 45 }, { limit: 50, most: 40 })).toBe(50);
  });
});
