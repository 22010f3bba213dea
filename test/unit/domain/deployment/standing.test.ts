import { expect, test } from 'vitest';
import { deploymentStatus } from '#schemas/workflows/status.ts';
import { standing } from '#domain/deployment/standing.ts';

test('every status ends a sentence about a deployment', () => {
  expect(Object.fromEntries(deploymentStatus.options.map((status) => [status, standing(status)]))).toEqual({
    queued: 'is queued',
    running: 'is running',
    awaiting_approval: 'is awaiting approval',
    releasing: 'is releasing',
    awaiting_decision: 'is awaiting decision',
    verifying: 'is verifying',
    succeeded: 'has succeeded',
    failed: 'has failed',
    cancelled: 'was cancelled',
    superseded: 'was superseded',
    rolling_back: 'is rolling back',
    rolled_back: 'was rolled back',
    rollback_failed: 'could not be rolled back',
  });
});
