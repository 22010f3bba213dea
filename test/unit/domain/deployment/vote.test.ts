import { describe, expect, test } from 'vitest';
import type { Approval } from '#domain/deployment/approval.ts';
import type { Deployment } from '#domain/deployment/deployment.ts';
import { countVote, type Ballot } from '#domain/deployment/vote.ts';
import { Refusal } from '#domain/refusal.ts';
import { aDeployment, aStep, moment } from '#test/support/builders.ts';

const digest = 'd'.repeat(64);
const approval: Approval = {
  run: 1,
  artifactDigest: digest,
  groups: ['release-engineers', 'on-call'],
  quorum: 2,
  requestedAt: '2026-01-01T12:00:00.000Z',
  expiresAt: '2026-01-01T13:00:00.000Z',
  expiresAtMs: Date.UTC(2026, 0, 1, 13),
  votes: [],
  state: 'waiting',
};

function waiting(changes: Partial<Approval> = {}, more: Partial<Deployment> = {}): Deployment {
  return aDeployment({ status: 'awaiting_approval', approval: { ...approval, ...changes }, ...more });
}

const ballot = (changes: Partial<Ballot> = {}): Ballot => ({
  vote: 'approve',
  artifactDigest: digest,
  groups: new Set(['release-engineers']),
  ...changes,
});

/** The vote of somebody, ten seconds after it was asked for. */
function voted(deployment: Deployment, by: string, changes: Partial<Ballot> = {}) {
  const steps = [aStep({ name: 'approval' })];
  return countVote({ deployment, steps }, ballot(changes), moment(10, by));
}

function after(deployment: Deployment, by: string, changes: Partial<Ballot> = {}): Deployment {
  const counting = voted(deployment, by, changes);
  return counting.kind === 'known' ? deployment : counting.decision.after;
}

function refusal(vote: () => unknown): Refusal {
  try {
    vote();
  } catch (error) {
    if (error instanceof Refusal) return error;
    throw error;
  }
  throw new Error('It was not refused.');
}

describe('a vote on a release that waits', () => {
  test('counts until the quorum is reached, and then lets the release go', () => {
    const first = voted(waiting(), 'bob');
    expect(first).toMatchObject({
      kind: 'counted',
      decision: { after: { status: 'awaiting_approval', approval: { state: 'waiting', votes: [{ by: 'bob' }] } } },
    });
    const second = voted(after(waiting(), 'bob'), 'cleo');
    expect(second).toMatchObject({
      kind: 'decided',
      decision: {
        after: {
          status: 'releasing',
          commands: 2,
          approval: { state: 'approved', votes: [{ by: 'bob' }, { by: 'cleo' }] },
        },
      },
    });
    if (second.kind !== 'decided') return;
    expect(second.decision.writes.map(({ kind }) => kind)).toEqual([
      'put-command',
      'put-step',
      'close-approval',
      'drop-token',
    ]);
    expect(second.decision.events.map(({ type, detail }) => ({ type, data: detail.data }))).toEqual([
      {
        type: 'deployment.step_progress',
        data: { step: 'approval', attempt: 1, status: 'succeeded', durationMs: 10_000 },
      },
      {
        type: 'deployment.approval_decided',
        data: { by: 'cleo', vote: 'approve', artifactDigest: digest, approvals: 2, quorum: 2 },
      },
    ]);
  });

  test('counts each person once, also under another subject with the same address', () => {
    const once = after(waiting(), 'bob', { email: 'bob@example.com' });
    expect(voted(once, 'bob')).toEqual({ kind: 'known' });
    expect(voted(once, 'issuer-two|bob', { email: 'Bob@Example.com' })).toEqual({ kind: 'known' });
    expect(after(once, 'cleo', { email: 'cleo@example.com' }).status).toBe('releasing');
  });

  test('against it ends the deployment, whoever agreed before, and says who and why', () => {
    const ended = after(after(waiting(), 'bob'), 'cleo', { vote: 'reject', comment: 'not on a Friday' });
    expect(ended).toMatchObject({
      status: 'failed',
      approval: { state: 'rejected' },
      failure: { code: 'policy_gate_failed', step: 'approval', message: 'cleo rejected the release: not on a Friday' },
    });
  });

  test('may be taken back: who agreed can still say no', () => {
    expect(after(after(waiting(), 'bob'), 'bob', { vote: 'reject' })).toMatchObject({
      status: 'failed',
      approval: { votes: [{ by: 'bob', vote: 'reject' }] },
    });
  });

  test.each([
    {
      what: 'in none of the groups',
      by: 'vera',
      changes: { groups: new Set(['visitors']) },
      says: 'release-engineers or on-call',
    },
    { what: 'who asked for the deployment', by: 'ada', changes: {}, says: 'triggered' },
    { what: 'who asked under another subject', by: 'ci|ada', changes: { email: 'ADA@example.com' }, says: 'triggered' },
    { what: 'who retried it', by: 'rita', changes: {}, says: 'triggered' },
    {
      what: 'who retried it under another subject',
      by: 'ci|rita',
      changes: { email: 'rita@example.com' },
      says: 'triggered',
    },
  ])('of somebody $what is refused', ({ by, changes, says }) => {
    const deployment = waiting(
      {},
      { actor: 'ada', actorEmail: 'ada@example.com', triggeredBy: { subject: 'rita', email: 'rita@example.com' } },
    );
    const { code, message } = refusal(() => voted(deployment, by, changes));
    expect(code).toBe('permission_denied');
    expect(message).toContain(says);
  });

  test('of somebody without an address is not taken for one of another without', () => {
    expect(after(waiting({ quorum: 1 }), 'bob').status).toBe('releasing');
  });

  test('on another artifact is refused, and both are named', () => {
    const other = 'e'.repeat(64);
    const { code, message } = refusal(() => voted(waiting(), 'bob', { artifactDigest: other }));
    expect(code).toBe('conflict');
    expect(message).toContain(digest);
    expect(message).toContain(other);
  });

  test('after its time is refused, to the millisecond', () => {
    const vote = (atMs: number) => () =>
      countVote({ deployment: waiting(), steps: [] }, ballot(), { ...moment(0, 'bob'), atMs });
    expect(vote(approval.expiresAtMs - 1)().kind).toBe('counted');
    expect(refusal(vote(approval.expiresAtMs)).message).toContain(approval.expiresAt);
  });

  test.each(['queued', 'running', 'releasing', 'succeeded', 'failed', 'cancelled', 'superseded'] as const)(
    'on a deployment that is %s is refused',
    (status) => {
      const { code, message } = refusal(() => voted({ ...waiting(), status }, 'bob'));
      expect(code).toBe('conflict');
      expect(message).toContain(status);
    },
  );
});
