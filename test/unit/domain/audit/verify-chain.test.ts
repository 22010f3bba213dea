import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { verifyChain, type ChainLink } from '#domain/audit/verify-chain.ts';
import { appendFacts, emptyChain, type ChainHead } from '#domain/event/chain.ts';
import type { Fact } from '#schemas/events/catalog.ts';
import { moment } from '../../../support/builders.ts';

const aggregate = 'dep_1';
const hash = (text: string): string => createHash('sha256').update(text).digest('hex');

/** A chain of so many links, each with its own actor and kind, and what the record says of its end. */
function aChain(length: number): { readonly links: readonly ChainLink[]; readonly head: ChainHead } {
  const subject = { aggregate, service: 'orders', environment: 'staging', correlationId: 'c', traceId: 't' };
  const facts: readonly Fact[] = Array.from({ length }, (_, index) =>
    index % 2 === 0
      ? { type: 'deployment.queued', data: { commit: 'a'.repeat(40), run: index + 1 } }
      : { type: 'deployment.cancelled', data: { durationMs: index, by: `person ${index}`, reason: 'naïve ☃' } },
  ) as readonly Fact[];
  const { head, events } = appendFacts(emptyChain, subject, facts, moment());
  return { links: events.map(({ type, detail }) => ({ type, detail })), head };
}

/** Every place in a value that holds a text, a number or a truth. */
function leavesOf(value: unknown, path: readonly string[] = []): readonly (readonly string[])[] {
  if (typeof value !== 'object' || value === null) return [path];
  return Object.entries(value).flatMap(([name, member]) => leavesOf(member, [...path, name]));
}

/** The same value with one leaf made another one. */
function changedAt(value: unknown, [name, ...rest]: readonly string[], salt: number): unknown {
  if (name === undefined) {
    if (typeof value === 'number') return value + 1 + (salt % 7);
    const text = String(value);
    const at = salt % Math.max(1, text.length);
    return `${text.slice(0, at)}${text[at] === 'x' ? 'y' : 'x'}${text.slice(at + 1)}`;
  }
  const object = value as Readonly<Record<string, unknown>>;
  return { ...object, [name]: changedAt(object[name], rest, salt) };
}

const lengths = fc.integer({ min: 1, max: 9 });
const numbers = fc.nat(1_000_000);

describe('a chain', () => {
  test('as it was written is intact, and ends where the record says', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 12 }), (length) => {
        const { links, head } = aChain(length);
        expect(verifyChain(links, { aggregate, head }, hash)).toEqual({ status: 'intact', faults: [], end: head });
      }),
    );
  });

  test('shows any one member of any one link that was changed, and names that link', () => {
    fc.assert(
      fc.property(lengths, numbers, numbers, (length, which, salt) => {
        const { links, head } = aChain(length);
        const index = which % length;
        const leaves = leavesOf(links[index]);
        const leaf = leaves[salt % leaves.length] ?? [];
        const tampered = links.map((link, at) => (at === index ? (changedAt(link, leaf, salt) as ChainLink) : link));
        const verdict = verifyChain(tampered, { aggregate, head }, hash);
        expect(verdict.status).toBe('broken');
        // Its own number may be what was changed; then it is named by the number that it claims, or the one that is missing.
        if (leaf.at(-1) !== 'seq') expect(verdict.faults.map(({ seq }) => seq)).toContain(index + 1);
      }),
      { numRuns: 400 },
    );
  });

  test('shows a member that was taken out or put in', () => {
    const { links, head } = aChain(3);
    const without = links.map((link, at) => {
      if (at !== 1) return link;
      const { correlationId: _, ...rest } = link.detail;
      return { ...link, detail: rest as ChainLink['detail'] };
    });
    const withMore = links.map((link, at) =>
      at === 2 ? { ...link, detail: { ...link.detail, note: 'approved' } as ChainLink['detail'] } : link,
    );
    expect(verifyChain(without, { aggregate, head }, hash).faults).toEqual([
      { seq: 2, reason: 'is not what #3 says it was: it was changed' },
    ]);
    expect(verifyChain(withMore, { aggregate, head }, hash).faults).toEqual([
      { seq: 3, reason: 'is not what the record says it was: it was changed' },
    ]);
  });

  test('shows any link that is missing, at the beginning, in the middle and at the end', () => {
    fc.assert(
      fc.property(lengths, numbers, (length, which) => {
        const { links, head } = aChain(length);
        const index = which % length;
        const left = links.filter((_, at) => at !== index);
        const verdict = verifyChain(left, { aggregate, head }, hash);
        expect(verdict.status).toBe('broken');
        expect(verdict.faults[0]?.seq).toBe(index + 1);
        expect(verdict.faults[0]?.reason).toContain('missing');
      }),
    );
  });

  test('shows any two links that were swapped', () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 9 }), numbers, numbers, (length, one, other) => {
        const { links, head } = aChain(length);
        const [a, b] = [one % length, other % length];
        fc.pre(a !== b);
        const swapped = links.map((link, at) => (at === a ? links[b] : at === b ? links[a] : link)) as ChainLink[];
        expect(verifyChain(swapped, { aggregate, head }, hash).status).toBe('broken');
      }),
    );
  });

  test('shows a link that is there twice, one that was added, and one of another chain', () => {
    const { links, head } = aChain(4);
    const { links: longer } = aChain(5);
    const [first, second] = links as [ChainLink, ChainLink];
    const foreign = { ...second, detail: { ...second.detail, id: 'dep_2#2' } };
    expect(verifyChain([first, first, ...links.slice(1)], { aggregate, head }, hash).faults[0]).toMatchObject({
      seq: 1,
    });
    expect(verifyChain(longer, { aggregate, head }, hash).faults).toContainEqual({
      seq: 5,
      reason: 'was added: the record says that #4 is the last',
    });
    expect(verifyChain([first, foreign, ...links.slice(2)], { aggregate, head }, hash).faults).toContainEqual({
      seq: 2,
      reason: 'is of another chain: its id is dep_2#2',
    });
  });

  test('names each of several links that were changed', () => {
    const { links, head } = aChain(6);
    const tampered = links.map((link, at) =>
      at === 1 || at === 4 ? { ...link, detail: { ...link.detail, actor: 'mallory' } } : link,
    );
    expect(verifyChain(tampered, { aggregate, head }, hash).faults.map(({ seq }) => seq)).toEqual([2, 5]);
  });

  test('is verified page by page, and a joint between two pages is not left out', () => {
    const { links, head } = aChain(6);
    const first = verifyChain(links.slice(0, 3), { aggregate }, hash);
    expect(first).toMatchObject({ status: 'intact', end: { seq: 3 } });
    expect(verifyChain(links.slice(3), { aggregate, from: first.end, head }, hash).status).toBe('intact');
    const other = { seq: 3, hash: hash('something else') };
    expect(verifyChain(links.slice(3), { aggregate, from: other, head }, hash).faults).toEqual([
      { seq: 4, reason: 'does not continue #3' },
    ]);
  });

  test('of before its kind was part of its details is intact all the same', () => {
    const details = [
      { seq: 1, prevHash: '0'.repeat(64), id: 'dep_1#1', actor: 'ada' },
    ] as unknown as ChainLink['detail'][];
    const links = details.map((detail) => ({ type: 'deployment.queued' as const, detail }));
    const head = {
      seq: 1,
      hash: hash(`{"actor":"ada","id":"dep_1#1","prevHash":"${'0'.repeat(64)}","seq":1}`),
    };
    expect(verifyChain(links, { aggregate, head }, hash).status).toBe('intact');
  });
});
