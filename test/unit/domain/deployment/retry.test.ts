import { describe, expect, test } from 'vitest';
import type { Deployment } from '#domain/deployment/deployment.ts';
import { retryDeployment } from '#domain/deployment/retry.ts';
import { waiterOf } from '#domain/deployment/waiter.ts';
import { deploymentStatus } from '#schemas/workflows/status.ts';
import { aDeployment, aRelease, moment } from '#test/support/builders.ts';

const artifact = {
  format: 'zip',
  digest: 'd'.repeat(64),
  key: 'artifacts/orders/d.zip',
  sizeBytes: 4,
  identity: 'i',
  signatureKey: 's',
} as const;
const source = { tree: 't', subject: 'Say it', author: 'Ada', key: 'sources/orders/a.zip' };

function outcomeOf(deployment: Deployment): string {
  try {
    return retryDeployment(deployment, {}, moment(60, 'rita')).kind;
  } catch (error) {
    return (error as Error).name;
  }
}

function retried(deployment: Deployment, email?: string) {
  const retrial = retryDeployment(deployment, email === undefined ? {} : { email }, moment(60, 'rita'));
  if (retrial.kind !== 'retried') throw new Error(retrial.kind);
  return retrial.decision;
}

describe('retrying a deployment', () => {
  test('begins anew what failed or was cancelled, joins what is on its way, and refuses the rest', () => {
    const outcomes = deploymentStatus.options.map((status) => [status, outcomeOf(aDeployment({ status }))]);
    expect(outcomes).toEqual([
      ['queued', 'known'],
      ['running', 'known'],
      ['awaiting_approval', 'known'],
      ['releasing', 'known'],
      ['awaiting_decision', 'known'],
      ['verifying', 'known'],
      ['succeeded', 'conflict'],
      ['failed', 'retried'],
      ['cancelled', 'retried'],
      ['superseded', 'conflict'],
      ['rolling_back', 'conflict'],
      ['rolled_back', 'conflict'],
      ['rollback_failed', 'conflict'],
    ]);
  });

  test('keeps what is known and signed, and forgets how it went', () => {
    const failed = aDeployment({
      status: 'failed',
      source,
      identity: 'i',
      artifact,
      release: aRelease(),
      failure: { code: 'step_failed', message: 'no' },
      cancel: { by: 'bob', at: 'then' },
      finishedAt: '2026-01-01T12:00:30.000Z',
      finishedAtMs: moment(30).atMs,
      commands: 1,
    });
    const { after, writes, events } = retried(failed, 'rita@example.com');
    expect(after).toMatchObject({
      status: 'queued',
      run: 2,
      commands: 2,
      source,
      identity: 'i',
      artifact,
      actor: 'ada',
      triggeredBy: { subject: 'rita', email: 'rita@example.com' },
      queuedAt: moment(60).at,
    });
    const gone = ['fence', 'release', 'failure', 'cancel', 'approval', 'startedAt', 'finishedAt', 'finishedAtMs'];
    expect(gone.filter((name) => name in after)).toEqual([]);
    expect(writes.map(({ kind }) => kind)).toEqual(['take-lock', 'put-command']);
    expect(events.map(({ type, detail }) => ({ type, data: detail.data }))).toEqual([
      { type: 'deployment.queued', data: { commit: 'a'.repeat(40), run: 2 } },
    ]);
  });

  test('waits from now on, and is shown as asked for when it was', () => {
    const { after } = retried(aDeployment({ status: 'cancelled' }));
    expect(waiterOf(after).since).toBe(moment(60).at);
    expect(after.createdAt).toBe(moment(0).at);
  });

  test('expects one more log when it has to build again what it knows the source of', () => {
    expect(retried(aDeployment({ status: 'failed', builds: 2, source })).after.builds).toBe(3);
    expect(retried(aDeployment({ status: 'failed', builds: 2, source, artifact })).after.builds).toBe(2);
    expect(retried(aDeployment({ status: 'failed', builds: 1 })).after.builds).toBe(1);
  });
});
