import { describe, expect, it } from 'vitest';
import { isWorthALook } from '#domain/deployment/worth-a-look.ts';

const minute = 60_000;
const everyMs = 2 * minute;

describe('a deployment that nothing has touched', () => {
  it.each([
    ['queued', false, 2, true],
    ['queued', false, 45, true],
    ['queued', true, 2, false],
    ['queued', true, 29, false],
    ['queued', true, 30, true],
    ['queued', true, 31.9, true],
    ['queued', true, 32, false],
    ['queued', true, 60, true],
    ['awaiting_approval', false, 5, false],
    ['awaiting_approval', false, 30.5, true],
    ['running', false, 2, true],
    ['running', true, 5, true],
    ['releasing', false, 700, true],
    ['verifying', false, 3, true],
    ['rolling_back', false, 3, true],
  ] as const)('that is %s (in line: %s) for %d minutes: %s', (status, inLine, minutes, worth) => {
    expect(isWorthALook({ status, inLine, untouchedMs: minutes * minute }, everyMs)).toBe(worth);
  });

  it('that waits gets one look in any half hour, whenever the schedule ticks', () => {
    for (let offset = 0; offset < everyMs; offset += 7_000) {
      const looks = Array.from({ length: 15 }, (_, tick) => 30 * minute + offset + tick * everyMs).filter(
        (untouchedMs) => isWorthALook({ status: 'awaiting_approval', inLine: false, untouchedMs }, everyMs),
      );
      expect(looks).toHaveLength(1);
    }
  });
});
