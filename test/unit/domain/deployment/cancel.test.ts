import { describe, expect, test } from 'vitest';
import { cancelDeployment } from '#domain/deployment/cancel.ts';
import type { Deployment } from '#domain/deployment/deployment.ts';
import { deploymentStatus } from '#schemas/workflows/status.ts';
import { aDeployment, moment } from '#test/support/builders.ts';

const target = { kind: 'lambda', functionName: 'orders-staging', alias: 'live', url: 'http://orders' } as const;
const release = (trafficMoved: boolean): Pick<Deployment, 'release'> => ({
  release: { version: '3', baselineVersion: '2', target, trafficMoved },
});

function outcomeOf(deployment: Deployment): string {
  try {
    return cancelDeployment({ deployment, steps: [] }, undefined, moment()).kind;
  } catch {
    return 'refused';
  }
}

describe('cancelling a deployment', () => {
  test('before traffic moved ends it, after that takes it back, and at its end is refused', () => {
    const outcomes = deploymentStatus.options.map((status) => [
      status,
      outcomeOf(aDeployment({ status })),
      outcomeOf(aDeployment({ status, ...release(true) })),
    ]);
    expect(outcomes).toEqual([
      ['queued', 'cancelled', 'refused'],
      ['running', 'cancelled', 'refused'],
      ['awaiting_approval', 'cancelled', 'refused'],
      ['releasing', 'cancelled', 'asked'],
      ['awaiting_decision', 'asked', 'asked'],
      ['verifying', 'asked', 'asked'],
      ['succeeded', 'refused', 'refused'],
      ['failed', 'refused', 'refused'],
      ['cancelled', 'refused', 'refused'],
      ['superseded', 'refused', 'refused'],
      ['rolling_back', 'refused', 'refused'],
      ['rolled_back', 'refused', 'refused'],
      ['rollback_failed', 'refused', 'refused'],
    ]);
  });

  test('a version without traffic is not taken back: it never served', () => {
    expect(outcomeOf(aDeployment({ status: 'releasing', ...release(false) }))).toBe('cancelled');
  });

  test('puts the command on record, with who and why, and frees what was held', () => {
    const cancellation = cancelDeployment(
      { deployment: aDeployment({ status: 'running' }), steps: [] },
      'wrong commit',
      {
        ...moment(7),
        actor: 'ada',
      },
    );
    expect(cancellation).toMatchObject({
      kind: 'cancelled',
      decision: { after: { status: 'cancelled', cancel: { by: 'ada', reason: 'wrong commit' }, commands: 1 } },
    });
    if (cancellation.kind !== 'cancelled') return;
    expect(cancellation.decision.writes).toContainEqual(
      expect.objectContaining({
        kind: 'put-command',
        command: expect.objectContaining({ number: 1, kind: 'cancel', by: 'ada', comment: 'wrong commit' }) as object,
      }),
    );
    expect(cancellation.decision.writes.map(({ kind }) => kind)).toEqual([
      'put-command',
      'free-lock',
      'free-slot',
      'free-runner',
      'leave-runner-queue',
    ]);
  });

  test('twice is once', () => {
    const deployment = aDeployment({ status: 'verifying', ...release(true), cancel: { by: 'bob', at: 'then' } });
    expect(outcomeOf(deployment)).toBe('known');
  });
});
