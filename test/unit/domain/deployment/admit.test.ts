import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { admit, type Slot } from '#domain/deployment/admit.ts';
import { priorityOf, type Waiter } from '#domain/deployment/waiter.ts';
import { aDeployment, depId, moment } from '../../../support/builders.ts';

function waiter(number: number, changes: Partial<Waiter> = {}): Waiter {
  return {
    service: 'orders',
    environment: 'staging',
    deploymentId: depId(number),
    priority: 2,
    since: moment(number).at,
    ...changes,
  };
}

function queued(number: number) {
  const {
    fence: _f,
    startedAt: _s,
    startedAtMs: _m,
    ...deployment
  } = aDeployment({
    id: depId(number),
    status: 'queued',
    createdAt: moment(number).at,
    createdAtMs: moment(number).atMs,
  });
  return deployment;
}

const free: Slot = { fence: 4, waiters: [] };

describe('admission', () => {
  test('takes a free slot with the next fence and says how long it waited', () => {
    const admission = admit(queued(1), free, moment(8));
    if (admission.kind !== 'admit') throw new Error(admission.kind);
    expect(admission.decision.after).toMatchObject({ status: 'running', fence: 5 });
    expect(admission.decision.writes).toMatchObject([{ kind: 'take-slot', fence: 5 }]);
    expect(admission.decision.events[0]).toMatchObject({
      type: 'deployment.started',
      detail: { data: { queueWaitMs: 7000 } },
    });
  });

  test('joins the queue of a held slot, in the same place each time it asks, with the token that wakes it now', () => {
    const held: Slot = { owner: depId(9), fence: 4, waiters: [] };
    const first = admit(queued(1), held, moment(2), 'one');
    const again = admit(queued(1), { ...held, waiters: [waiter(1)] }, moment(3), 'other');
    if (first.kind !== 'queue' || again.kind !== 'queue') throw new Error('It does not wait.');
    expect([first.place, again.place]).toEqual([1, 1]);
    expect(first.decision.writes).toMatchObject([
      { kind: 'join-queue', waiter: { ...waiter(1), token: 'one' } },
      { kind: 'see-slot', owner: depId(9), fence: 4 },
    ]);
    expect(again.decision.writes).toMatchObject([
      { kind: 'join-queue', waiter: { ...waiter(1), token: 'other' } },
      { kind: 'see-slot', owner: depId(9), fence: 4 },
    ]);
  });

  test('steps aside for a newer one that waits for the same slot', () => {
    const admission = admit(queued(1), { ...free, waiters: [waiter(1), waiter(2)] }, moment(5));
    expect(admission).toMatchObject({ kind: 'supersede', by: depId(2) });
    if (admission.kind !== 'supersede') return;
    expect(admission.decision.writes.map(({ kind }) => kind)).toEqual(['leave-queue', 'free-lock']);
  });

  test('steps aside for a newer one that has had the slot, even when the slot is free again', () => {
    const last = { deploymentId: depId(7), priority: 2, since: moment(7).at };
    expect(admit(queued(1), { ...free, last }, moment(9))).toMatchObject({ kind: 'supersede', by: depId(7) });
    expect(admit(queued(8), { ...free, last }, moment(9)).kind).toBe('admit');
  });

  test('waits behind one of higher priority, such as a rollback', () => {
    const slot = { ...free, waiters: [waiter(1), waiter(2, { priority: 0, since: moment(0).at })] };
    expect(admit(queued(1), slot, moment(3))).toMatchObject({ kind: 'queue', place: 2 });
  });

  test('is told that it has the slot already when asked twice', () => {
    expect(admit(aDeployment(), { owner: depId(1), fence: 4, waiters: [] }, moment())).toEqual({ kind: 'admitted' });
  });

  test('is over for a deployment that ended while it waited', () => {
    expect(admit(aDeployment({ status: 'cancelled' }), free, moment())).toEqual({ kind: 'over' });
  });

  test('of any set of waiters exactly one is admitted when the slot is free: the newest', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.integer({ min: 1, max: 500 }), { minLength: 1, maxLength: 8 }), (numbers) => {
        const slot: Slot = { fence: 1, waiters: numbers.map((number) => waiter(number)) };
        const admitted = numbers.filter((number) => admit(queued(number), slot, moment(600)).kind === 'admit');
        expect(admitted).toEqual([Math.max(...numbers)]);
      }),
    );
  });

  test('a rollback goes before production, production before staging, and staging before previews', () => {
    const release = (environment: string) => priorityOf({ kind: 'release', environment });
    expect(priorityOf({ kind: 'rollback', environment: 'pr-17' })).toBe(0);
    expect(['production', 'staging', 'pr-17'].map(release)).toEqual([1, 2, 3]);
  });

  test.each([
    ['a newer release', 'release', 2, 'queue'],
    ['a newer rollback', 'rollback', 2, 'supersede'],
    ['an older rollback', 'rollback', 0, 'queue'],
  ] as const)('a rollback that waits sees %s', (_, kind, number, expected) => {
    const other = waiter(number, { priority: kind === 'rollback' ? 0 : 2 });
    const slot: Slot = { owner: depId(9), fence: 4, waiters: [waiter(1, { priority: 0 }), other] };
    expect(admit({ ...queued(1), kind: 'rollback' }, slot, moment(3)).kind).toBe(expected);
  });

  test('a release is pointless once somebody has asked for a rollback after it', () => {
    const slot: Slot = { owner: depId(9), fence: 4, waiters: [waiter(1), waiter(2, { priority: 0 })] };
    expect(admit(queued(1), slot, moment(3))).toMatchObject({ kind: 'supersede', by: depId(2) });
  });
});
