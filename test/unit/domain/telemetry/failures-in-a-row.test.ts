import { describe, expect, test } from 'vitest';
import { failuresInARow } from '#domain/telemetry/failures-in-a-row.ts';

const ended = {
  good: { kind: 'release', status: 'succeeded' },
  rollback: { kind: 'rollback', status: 'succeeded' },
  failed: { kind: 'release', status: 'failed', failure: { code: 'step_failed', message: 'It broke.' } },
  takenBack: { kind: 'release', status: 'rolled_back', failure: { code: 'step_failed', message: 'It hurt.' } },
  calledBack: { kind: 'release', status: 'rolled_back', failure: { code: 'cancelled', message: 'Not that one.' } },
  stuck: { kind: 'release', status: 'rollback_failed', failure: { code: 'unavailable', message: 'It is gone.' } },
  cancelled: { kind: 'release', status: 'cancelled' },
  superseded: { kind: 'release', status: 'superseded' },
  underWay: { kind: 'release', status: 'verifying' },
} as const;

describe('failures in a row, the newest deployment first', () => {
  test.each([
    { newestFirst: [], count: 0 },
    { newestFirst: ['good', 'failed'], count: 0 },
    { newestFirst: ['rollback', 'failed', 'good', 'failed'], count: 1 },
    { newestFirst: ['failed', 'takenBack', 'stuck'], count: 3 },
    { newestFirst: ['failed', 'takenBack', 'stuck', 'good', 'failed'], count: 3 },
    { newestFirst: ['underWay', 'failed', 'superseded', 'cancelled', 'calledBack', 'failed', 'good'], count: 2 },
  ] as const)('$newestFirst are $count', ({ newestFirst, count }) => {
    expect(failuresInARow(newestFirst.map((name) => ended[name]))).toBe(count);
  });
});
