import { describe, expect, it } from 'vitest';
import { coveredMs, without } from '#bench/support/interval.ts';
import { percentile } from '#bench/support/percentile.ts';

const piece = (fromMs: number, toMs: number) => ({ fromMs, toMs });

describe('the time that pieces cover', () => {
  it.each([
    ['one inside the window', [piece(10, 20)], 10],
    ['what hangs over the window is left out', [piece(-50, 20), piece(90, 500)], 30],
    ['a moment that two share counts once', [piece(10, 30), piece(20, 40)], 30],
    ['one within another adds nothing', [piece(10, 50), piece(20, 30)], 40],
    ['their order does not matter', [piece(60, 70), piece(10, 20)], 20],
    ['none', [], 0],
  ])('%s', (_, pieces, expected) => {
    expect(coveredMs(pieces, piece(0, 100))).toBe(expected);
  });

  it('has no holes left', () => {
    expect(without([piece(0, 100)], [piece(10, 20), piece(90, 200)])).toEqual([piece(0, 10), piece(20, 90)]);
    expect(without([piece(0, 10)], [piece(0, 10)])).toEqual([]);
  });
});

describe('a percentile', () => {
  it('is a value that was measured', () => {
    expect(percentile([5, 1, 4, 2, 3], 0.5)).toBe(3);
    expect(percentile([10, 20], 0.95)).toBe(20);
    expect(percentile([7], 0.5)).toBe(7);
    expect(() => percentile([], 0.5)).toThrow('nothing');
  });
});
