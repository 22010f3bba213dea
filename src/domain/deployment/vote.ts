import type { Failure } from '#schemas/workflows/failure.ts';
import type { Moment } from '../moment.ts';
import { Refusal } from '../refusal.ts';
import type { Approval, Vote } from './approval.ts';
import { recordCommand } from './command.ts';
import { decide, type Decision } from './decision.ts';
import type { Deployment, DeploymentRecord, Step } from './deployment.ts';
import { progressOf } from './begin-step.ts';
import { standing } from './standing.ts';

/** Who votes on what. */
export interface Ballot {
  readonly vote: Vote['vote'];
  /** What the voter looked at. */
  readonly artifactDigest: string;
  readonly comment?: string | undefined;
  readonly email?: string | undefined;
  readonly groups: ReadonlySet<string>;
}

export type Counting =
  /** It is decided, and the machine has to be woken. */
  | { readonly kind: 'decided'; readonly decision: Decision }
  /** More have to agree. */
  | { readonly kind: 'counted'; readonly decision: Decision }
  /** The same person said the same before. */
  | { readonly kind: 'known' };

/**
 * Counts one vote on a release that waits for approval.
 *
 * @throws Refusal `conflict` when nothing waits, or something else than what the voter looked at; `permission_denied` for
 *   somebody outside of the groups, and for whoever triggered the deployment
 */
export function countVote(record: DeploymentRecord, ballot: Ballot, moment: Moment): Counting {
  const { deployment } = record;
  const approval = waitingApproval(deployment, moment);
  refuseOtherArtifact(approval, ballot);
  refuseStranger(deployment, approval, ballot, moment.actor);

  const isOwn = (vote: Vote): boolean =>
    isSamePerson({ subject: vote.by, email: vote.email }, { subject: moment.actor, email: ballot.email });
  const earlier = approval.votes.find(isOwn);
  if (earlier?.vote === ballot.vote) return { kind: 'known' };
  const vote: Vote = {
    by: moment.actor,
    vote: ballot.vote,
    at: moment.at,
    ...(ballot.email !== undefined && { email: ballot.email }),
    ...(ballot.comment !== undefined && { comment: ballot.comment }),
  };
  // Who agreed may still say no; the later word counts.
  const votes = [...approval.votes.filter((each) => !isOwn(each)), vote];
  const { patch, write } = recordCommand(deployment, ballot.vote, ballot.comment, moment);
  const { artifactDigest, quorum } = approval;
  const told = { by: vote.by, vote: vote.vote, artifactDigest, approvals: votes.filter(isYes).length, quorum };
  const fact = { type: 'deployment.approval_decided' as const, data: { ...told, ...commentOf(vote) } };

  if (vote.vote === 'approve' && told.approvals < quorum) {
    const change = { patch: { ...patch, approval: { ...approval, votes } }, writes: [write], facts: [fact] };
    return { kind: 'counted', decision: decide(deployment, change, moment) };
  }
  return { kind: 'decided', decision: conclude(record, { ...approval, votes }, vote, { patch, write, fact }, moment) };
}

function conclude(
  { deployment, steps }: DeploymentRecord,
  approval: Approval,
  vote: Vote,
  {
    patch,
    write,
    fact,
  }: ReturnType<typeof recordCommand> & { fact: NonNullable<Parameters<typeof decide>[1]['facts']>[number] },
  moment: Moment,
): Decision {
  const failure: Failure | undefined = vote.vote === 'reject' ? rejection(vote) : undefined;
  const step = steps.findLast(({ name, status }) => name === 'approval' && status === 'running');
  const ended: Step | undefined = step && {
    ...step,
    status: failure ? 'failed' : 'succeeded',
    finishedAt: moment.at,
    durationMs: Math.max(0, moment.atMs - step.startedAtMs),
    ...(failure && { failure }),
  };
  const durationMs = Math.max(0, moment.atMs - (deployment.startedAtMs ?? deployment.createdAtMs));
  return decide(
    deployment,
    {
      status: failure ? 'failed' : 'releasing',
      patch: {
        ...patch,
        approval: { ...approval, state: failure ? 'rejected' : 'approved' },
        ...(failure && { failure }),
      },
      writes: [write, ...(ended ? [{ kind: 'put-step' as const, step: ended }] : [])],
      facts: [
        ...(ended ? [progressOf(ended)] : []),
        fact,
        ...(failure ? [{ type: 'deployment.failed' as const, data: { failure, durationMs } }] : []),
      ],
    },
    moment,
  );
}

function waitingApproval({ id, status, approval }: Deployment, moment: Moment): Approval {
  if (status !== 'awaiting_approval' || approval?.state !== 'waiting') {
    throw new Refusal('conflict', `Deployment ${id} ${standing(status)}; it does not wait for an approval.`);
  }
  if (moment.atMs >= approval.expiresAtMs) {
    throw new Refusal('conflict', `The approval of deployment ${id} was possible until ${approval.expiresAt}.`);
  }
  return approval;
}

function refuseOtherArtifact({ artifactDigest }: Approval, ballot: Ballot): void {
  if (ballot.artifactDigest === artifactDigest) return;
  throw new Refusal(
    'conflict',
    `What waits for approval is artifact ${artifactDigest}, not ${ballot.artifactDigest}. Look at it again.`,
  );
}

function refuseStranger(deployment: Deployment, { groups }: Approval, ballot: Ballot, subject: string): void {
  if (!groups.some((group) => ballot.groups.has(group))) {
    const message = `This release is decided by ${groups.join(' or ')}, and your token names no such group.`;
    throw new Refusal('permission_denied', message);
  }
  const { actor, actorEmail, triggeredBy, earlierTriggers = [], origin } = deployment;
  const triggers = [{ subject: actor, email: actorEmail }, ...(triggeredBy ? [triggeredBy] : []), ...earlierTriggers];
  if (triggers.some((trigger) => isSamePerson(trigger, { subject, email: ballot.email }))) {
    throw new Refusal('permission_denied', 'You triggered this deployment: somebody else has to decide.');
  }
  // A git host names people in its own way: only the address tells whether it is the same person.
  if (origin && ballot.email === undefined) {
    const message = 'Your token has no e-mail address, so nobody can tell whether you pushed this yourself.';
    throw new Refusal('permission_denied', message);
  }
}

interface Person {
  readonly subject: string;
  readonly email?: string | undefined;
}

/** One person can have several subjects, for instance one for each issuer or client; an address belongs to one only. */
function isSamePerson(one: Person, other: Person): boolean {
  if (one.subject === other.subject) return true;
  return one.email !== undefined && one.email.toLowerCase() === other.email?.toLowerCase();
}

function isYes({ vote }: Vote): boolean {
  return vote === 'approve';
}

function commentOf({ comment }: Vote) {
  return comment === undefined ? {} : { comment };
}

function rejection({ by, comment }: Vote): Failure {
  const message = `${by} rejected the release${comment === undefined ? '.' : `: ${comment}`}`;
  return { code: 'policy_gate_failed', step: 'approval', message };
}
