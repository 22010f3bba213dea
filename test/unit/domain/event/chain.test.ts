import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { appendFacts, emptyChain, findBreak } from '#domain/event/chain.ts';
import type { EventDetail } from '#schemas/events/catalog.ts';
import { moment } from '../../../support/builders.ts';

const subject = { aggregate: 'dep_1', service: 'orders', correlationId: 'c', traceId: 't' };
const fact = (run: number) => ({ type: 'deployment.queued' as const, data: { commit: 'a'.repeat(40), run } });
const { hash } = moment();

/** Details of a chain written in several commits. */
function chainOf(commits: readonly number[]): EventDetail[] {
  let head = emptyChain;
  const details: EventDetail[] = [];
  for (const [index, count] of commits.entries()) {
    const facts = Array.from({ length: count }, (_, run) => fact(run + 1));
    const appended = appendFacts(head, subject, facts, moment(index));
    head = appended.head;
    details.push(...appended.events.map(({ detail }) => detail));
  }
  return details;
}

describe('the chain of events', () => {
  test('counts from 1 without a gap and starts from a hash of zeros', () => {
    const [first, second] = chainOf([2]);
    expect(first).toMatchObject({ id: 'dep_1#1', seq: 1, prevHash: '0'.repeat(64) });
    expect(second).toMatchObject({ id: 'dep_1#2', seq: 2 });
  });

  test('is unbroken however the events are spread over commits', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 6 }), (commits) => {
        expect(findBreak(chainOf(commits), hash)).toBeUndefined();
      }),
    );
  });

  test('shows any event that was changed, left out or moved', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 3 }), fc.constantFrom('change', 'drop', 'swap'), (at, tampering) => {
        const details = chainOf([5]);
        if (tampering === 'change') details[at] = { ...(details[at] as EventDetail), actor: 'mallory' };
        if (tampering === 'drop') details.splice(at, 1);
        if (tampering === 'swap') details.splice(at, 2, details[at + 1] as EventDetail, details[at] as EventDetail);
        expect(findBreak(details, hash)).toBeDefined();
      }),
    );
  });
});
