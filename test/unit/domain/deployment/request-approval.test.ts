import { describe, expect, test } from 'vitest';
import type { Deployment } from '#domain/deployment/deployment.ts';
import { nextAfterArtifact, requestApproval } from '#domain/deployment/request-approval.ts';
import { aDeployment, moment } from '#test/support/builders.ts';

const artifact = {
  format: 'zip',
  digest: 'd'.repeat(64),
  key: 'artifacts/orders/d.zip',
  sizeBytes: 4,
  identity: 'i',
  signatureKey: 's',
} as const;

const approvalRule = { groups: ['release-engineers'], quorum: 2, timeoutSeconds: 3_600 };

function toProduction(changes: Partial<Deployment> = {}): Deployment {
  return aDeployment({ environment: 'production', approvalRule, artifact, ...changes });
}

const wait = (token: string, run = 1) => ({
  run,
  token,
  instantAfter: (seconds: number) => `in ${seconds} seconds`,
});

/** A deployment after it was asked for its approval for the first time. */
function asked(): Deployment {
  const request = requestApproval({ deployment: toProduction(), steps: [] }, wait('one'), moment(0));
  if (request.kind !== 'wait') throw new Error(request.kind);
  return request.decision.after;
}

describe('asking for an approval', () => {
  test('is what follows an artifact only where the environment wants one', () => {
    expect(nextAfterArtifact(toProduction())).toBe('approve');
    expect(nextAfterArtifact(aDeployment({ artifact }))).toBe('release');
  });

  test('puts the request, the token and the step on record in one commit, with what is to be approved', () => {
    const request = requestApproval({ deployment: toProduction(), steps: [] }, wait('one'), moment(0));
    if (request.kind !== 'wait') throw new Error(request.kind);
    const { after, writes, events } = request.decision;
    expect(after).toMatchObject({
      status: 'awaiting_approval',
      approval: {
        run: 1,
        artifactDigest: artifact.digest,
        groups: ['release-engineers'],
        quorum: 2,
        expiresAt: 'in 3600 seconds',
        expiresAtMs: moment(3_600).atMs,
        state: 'waiting',
        votes: [],
      },
    });
    expect(writes.map(({ kind }) => kind)).toEqual(['hold-slot', 'put-step', 'put-token', 'put-approval']);
    expect(writes).toContainEqual(expect.objectContaining({ kind: 'put-token', token: 'one' }));
    expect(events.map(({ type }) => type)).toEqual(['deployment.step_progress', 'deployment.approval_requested']);
  });

  test('again replaces the token and nothing else: nobody is told twice', () => {
    const again = requestApproval({ deployment: asked(), steps: [] }, wait('two'), moment(900));
    if (again.kind !== 'wait') throw new Error(again.kind);
    expect(again.decision.events).toEqual([]);
    expect(again.decision.writes).toEqual([expect.objectContaining({ kind: 'put-token', token: 'two' })]);
    expect(again.decision.after.approval).toEqual(asked().approval);
  });

  test('again after it was approved lets the machine go on', () => {
    const { approval } = asked();
    const deployment = toProduction({ status: 'releasing', approval: { ...approval!, state: 'approved' } });
    expect(requestApproval({ deployment, steps: [] }, wait('two'), moment(900))).toEqual({ kind: 'go_on' });
  });

  test('again when its time is over says who did not decide', () => {
    const late = requestApproval({ deployment: asked(), steps: [] }, wait('two'), moment(3_600));
    expect(late).toMatchObject({
      kind: 'expired',
      message: 'Nobody of release-engineers approved in time: 0 of 2 approvals until in 3600 seconds.',
    });
  });

  test('in the next run is asked for anew, whatever the last run was granted', () => {
    const approval = { ...asked().approval!, state: 'approved' as const };
    const next = requestApproval(
      { deployment: toProduction({ run: 2, approval }), steps: [] },
      wait('x', 2),
      moment(5),
    );
    expect(next).toMatchObject({ kind: 'wait', decision: { after: { approval: { run: 2, state: 'waiting' } } } });
  });

  test('for a run that is over is refused', () => {
    expect(() => requestApproval({ deployment: asked(), steps: [] }, wait('x', 2), moment(5))).toThrow(/Run 2/);
    const over = { ...asked(), status: 'cancelled' as const };
    expect(() => requestApproval({ deployment: over, steps: [] }, wait('x'), moment(5))).toThrow(/cancelled/);
  });
});
