import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Deployment } from '#domain/deployment/deployment.ts';
import { inOrderOfRelease, originOf, releaseBefore, releasesOf } from '#domain/deployment/rollback-history.ts';
import { aDeployment } from '#test/support/builders.ts';

/** `r1` releases, `b4:1` brings the release of r1 back; each ends a second after the one before it. */
function history(...names: readonly string[]): readonly Deployment[] {
  const all = names.map((name, index): Deployment => {
    const [id = '', to] = name.split(':');
    const ended = aDeployment({ id, status: 'succeeded', finishedAtMs: index * 1000 });
    return to === undefined ? ended : { ...ended, kind: 'rollback', rollbackTo: `r${to}` };
  });
  return inOrderOfRelease(all);
}

const before = (...names: readonly string[]) => {
  const all = history(...names);
  const [present] = all;
  return present && releaseBefore(all, present);
};

describe('the release before the present one', () => {
  test.each<[readonly string[], string | undefined]>([
    [['r1'], undefined],
    [['r1', 'r2'], 'r1'],
    [['r1', 'r2', 'r3', 'b4:2'], 'r1'],
    [['r1', 'r2', 'r3', 'b4:1'], undefined],
    [['r1', 'r2', 'r3', 'b4:2', 'b5:1'], undefined],
    // What was taken away is not what served before the next release.
    [['r1', 'r2', 'b3:1', 'r4'], 'r1'],
    [['r1', 'r2', 'b3:1', 'r4', 'b5:1'], undefined],
    // Brought back by name, it counts from where it went out.
    [['r1', 'r2', 'b3:1', 'b4:2'], 'r1'],
    [['r1', 'r2', 'r3', 'b4:2', 'r5', 'b6:3'], 'r2'],
  ])('of %j is %s', (names, expected) => {
    expect(before(...names)).toBe(expected);
  });

  test('is never the one that serves, and every step goes further back', () => {
    const events = fc.array(fc.option(fc.nat(20), { nil: undefined }), { minLength: 1, maxLength: 12 });
    fc.assert(
      fc.property(events, (wishes) => {
        const names: string[] = ['r0'];
        for (const [index, wish] of wishes.entries()) {
          const released = names.filter((name) => name.startsWith('r')).map((name) => name.slice(1));
          const to = wish === undefined ? undefined : released[wish % released.length];
          names.push(to === undefined ? `r${index + 1}` : `b${index + 1}:${to}`);
        }
        const all = history(...names);
        const place = (id: string) => all.findIndex((each) => each.id === id);
        for (const each of all) {
          const earlier = releaseBefore(all, each);
          if (earlier !== undefined) expect(place(earlier)).toBeGreaterThan(place(originOf(each)));
        }
      }),
    );
  });
});

test('the order is that of release, whenever it was asked for, and what is there twice counts once', () => {
  const late = aDeployment({ id: 'asked-first', status: 'succeeded', createdAtMs: 1, finishedAtMs: 9 });
  const early = aDeployment({ id: 'asked-last', status: 'succeeded', createdAtMs: 2, finishedAtMs: 3 });
  const failed = aDeployment({ id: 'failed', status: 'failed', finishedAtMs: 5 });
  expect(inOrderOfRelease([early, late, failed, late]).map(({ id }) => id)).toEqual(['asked-first', 'asked-last']);
});

test('what was brought back is no further release', () => {
  expect(releasesOf(history('r1', 'r2', 'b3:1')).map(({ id }) => id)).toEqual(['r2', 'r1']);
});
