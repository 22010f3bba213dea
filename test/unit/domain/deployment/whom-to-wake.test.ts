import { describe, expect, test } from 'vitest';
import type { Slot } from '#domain/deployment/admit.ts';
import type { Waiter } from '#domain/deployment/waiter.ts';
import { whomToWake } from '#domain/deployment/whom-to-wake.ts';
import { depId, moment } from '../../../support/builders.ts';

const rollback = { priority: 0 };

function waiter(number: number, changes: Partial<Waiter> = {}): Waiter {
  const at = { service: 'orders', environment: 'staging', since: moment(number).at };
  return { ...at, deploymentId: depId(number), priority: 2, token: `token-${number}`, ...changes };
}

describe('whom a change of the slot wakes', () => {
  test.each<readonly [string, Omit<Slot, 'fence'>, readonly string[]]>([
    ['nobody, when nobody waits', { waiters: [] }, []],
    ['nobody, while the only one waits for an owner that is at work', { owner: depId(9), waiters: [waiter(1)] }, []],
    ['the one that waits, when the slot is free', { waiters: [waiter(1)] }, ['token-1']],
    ['one that a newer one replaces, at once', { owner: depId(9), waiters: [waiter(1), waiter(2)] }, ['token-1']],
    [
      'all that are replaced, and the newest, when it is free',
      { waiters: [waiter(1), waiter(2), waiter(3)] },
      ['token-1', 'token-2', 'token-3'],
    ],
    ['a rollback before a newer release', { waiters: [waiter(1, rollback), waiter(2)] }, ['token-1']],
    [
      'an older release that a rollback makes pointless',
      { owner: depId(9), waiters: [waiter(1), waiter(2, rollback)] },
      ['token-1'],
    ],
    [
      'one that came too late, since a newer one has had the slot',
      { owner: depId(9), last: waiter(3), waiters: [waiter(2)] },
      ['token-2'],
    ],
  ])('%s', (_, slot, expected) => {
    expect(whomToWake({ fence: 1, ...slot }).map(({ token }) => token)).toEqual(expected);
  });
});
