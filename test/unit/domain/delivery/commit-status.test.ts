import { expect, it } from 'vitest';
import type { StatusEvent } from '#schemas/events/status-events.ts';
import { commitStatusOf } from '#domain/delivery/commit-status.ts';

const secret = 'hunter2 /srv/secret.key';
const failure = { code: 'step_failed' as const, step: 'test', message: secret, logTail: [secret] };
const commit = 'a'.repeat(40);
const taken = { failure, fromVersion: '2', toVersion: '1', durationMs: 1 };

const event = (type: string, data: unknown, more: object = {}): StatusEvent =>
  ({
    'detail-type': type,
    detail: { id: 'dep_1#1', seq: 1, deploymentId: 'dep_1', environment: 'production', data, ...more },
  }) as never;

const asked = (groups: readonly string[]) => ({ commit, artifactDigest: '0', groups, quorum: 1, expiresAt: '' });

it.each([
  ['deployment.queued', { commit, run: 1 }, 'pending', 'Waits for its turn in production'],
  ['deployment.started', { commit, run: 1 }, 'running', 'On its way to production'],
  ['deployment.approval_requested', asked(['a', 'b']), 'pending', 'Waits for approval by a or b'],
  ['deployment.succeeded', {}, 'success', 'Serves production'],
  ['deployment.failed', { failure, durationMs: 1 }, 'failure', 'Failed in test: step_failed'],
  ['deployment.cancelled', { reason: secret, durationMs: 1 }, 'cancelled', 'Cancelled'],
  ['deployment.superseded', { by: 'dep_2' }, 'cancelled', 'A newer commit took its place'],
  ['deployment.rolled_back', taken, 'failure', 'Taken back from production'],
  ['deployment.rollback_failed', taken, 'failure', 'Could not be taken back from production'],
])('%s shows as it should, and tells nothing that somebody wrote', (type, data, state, description) => {
  const status = commitStatusOf(event(type, data));
  expect(status).toEqual({ context: 'deployment-service/production', state, description });
  expect(JSON.stringify(status)).not.toContain('hunter2');
});

it('a push that cannot be deployed shows beside the environments', () => {
  const status = commitStatusOf(event('source.rejected', { failure }, { environment: undefined }));
  expect(status).toEqual({
    context: 'deployment-service',
    state: 'failure',
    description: 'Cannot be deployed: step_failed',
  });
});

it('a description is never longer than GitHub takes', () => {
  const groups = Array.from({ length: 40 }, (_, index) => `group-${index}`);
  const { description } = commitStatusOf(event('deployment.approval_requested', asked(groups)));
  expect(description).toHaveLength(140);
  expect(description.endsWith('…')).toBe(true);
});
