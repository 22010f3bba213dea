import type { Moment } from '../moment.ts';
import { Refusal } from '../refusal.ts';
import type { Approval } from './approval.ts';
import { beginStep, refuseLate } from './begin-step.ts';
import { decide, type Decision } from './decision.ts';
import type { Deployment, DeploymentRecord } from './deployment.ts';

export type ApprovalRequest =
  /** The token is on record; whoever decides wakes the machine. */
  | { readonly kind: 'wait'; readonly decision: Decision }
  /** It is decided already, or none is wanted: the machine goes on at once. */
  | { readonly kind: 'go_on' }
  | { readonly kind: 'expired'; readonly message: string };

/** A state of the machine that waits. */
export interface ApprovalWait {
  readonly run: number;
  /** Wakes it. */
  readonly token: string;
  /** An instant in the coming time, as text. */
  readonly instantAfter: (seconds: number) => string;
}

/** What follows once there is an artifact: an environment may want people to agree before it changes. */
export type NextAfterArtifact = 'approve' | 'release';

export function nextAfterArtifact({ approvalRule }: Pick<Deployment, 'approvalRule'>): NextAfterArtifact {
  return approvalRule ? 'approve' : 'release';
}

/**
 * Makes sure, right before a release, that what people had to agree to is what they agreed to.
 *
 * @throws Refusal `policy_gate_failed`
 */
export function refuseUnapproved({ id, run, approvalRule, approval, artifact }: Deployment): void {
  if (!approvalRule) return;
  const approved = approval?.run === run && approval.state === 'approved';
  if (approved && approval.artifactDigest === artifact?.digest) return;
  throw new Refusal('policy_gate_failed', `Deployment ${id} needs an approval of this very artifact, and has none.`);
}

/**
 * Asks for the approval of a release, or, when the machine asks again after a while of waiting, says what came of it.
 * `token` wakes the machine; it is written with the request, so that no decision can come before it.
 */
export function requestApproval(record: DeploymentRecord, asked: ApprovalWait, moment: Moment): ApprovalRequest {
  const { deployment } = record;
  const { run, token } = asked;
  refuseLate(deployment, run);
  const { approval } = deployment;
  if (approval?.run !== run) return firstRequest(record, asked, moment);
  if (approval.state !== 'waiting') return { kind: 'go_on' };
  if (moment.atMs >= approval.expiresAtMs) {
    const said = `${approval.votes.length} of ${approval.quorum}`;
    const message = `Nobody of ${approval.groups.join(', ')} approved in time: ${said} approvals until ${approval.expiresAt}.`;
    return { kind: 'expired', message };
  }
  const decision = decide(deployment, { writes: [{ kind: 'put-token', deployment, token }] }, moment);
  return { kind: 'wait', decision };
}

function firstRequest(record: DeploymentRecord, asked: ApprovalWait, moment: Moment): ApprovalRequest {
  const { deployment } = record;
  const { run, token } = asked;
  const { approvalRule: wanted, artifact, commit } = deployment;
  if (!wanted) return { kind: 'go_on' };
  if (!artifact) throw new Refusal('conflict', `Deployment ${deployment.id} has nothing to approve yet.`);
  const expiresAtMs = moment.atMs + wanted.timeoutSeconds * 1000;
  const approval: Approval = {
    run,
    artifactDigest: artifact.digest,
    groups: wanted.groups,
    quorum: wanted.quorum,
    requestedAt: moment.at,
    expiresAt: asked.instantAfter(wanted.timeoutSeconds),
    expiresAtMs,
    votes: [],
    state: 'waiting',
  };
  const { groups, quorum, expiresAt, artifactDigest } = approval;
  const beginning = beginStep(
    record,
    {
      name: 'approval',
      run,
      status: 'awaiting_approval',
      patch: { approval },
      writes: [
        { kind: 'put-token', deployment, token },
        { kind: 'put-approval', deployment, requestedAt: moment.at },
      ],
      facts: [
        {
          type: 'deployment.approval_requested',
          data: { commit, artifactDigest, groups: [...groups], quorum, expiresAt },
        },
      ],
    },
    moment,
  );
  return beginning.kind === 'begin' ? { kind: 'wait', decision: beginning.decision } : { kind: 'go_on' };
}
