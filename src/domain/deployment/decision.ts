import type { Fact } from '#schemas/events/catalog.ts';
import type { DeploymentStatus } from '#schemas/workflows/status.ts';
import { appendFacts, type OutboxEvent } from '../event/chain.ts';
import type { Moment } from '../moment.ts';
import { Refusal } from '../refusal.ts';
import type { Command } from './command.ts';
import type { Deployment, Step } from './deployment.ts';
import type { RollbackRecord } from './rollback-record.ts';
import { isTerminal, mayFollow } from './transitions.ts';
import { waiterOf, type Waiter } from './waiter.ts';

/** A change beside the deployment's own row; each kind is one item of the same transaction. */
export type Write =
  | { readonly kind: 'put-step'; readonly step: Step }
  | { readonly kind: 'take-lock' | 'free-lock'; readonly deployment: Deployment }
  | { readonly kind: 'take-slot'; readonly deployment: Deployment; readonly fence: number }
  | { readonly kind: 'hold-slot' | 'free-slot'; readonly deployment: Deployment }
  /** Writes only while the slot is as it was seen: who stands in line for a slot that became free meanwhile would not be woken. */
  | { readonly kind: 'see-slot'; readonly deployment: Deployment; readonly owner?: string; readonly fence: number }
  | { readonly kind: 'put-command'; readonly command: Command }
  /** What wakes the machine while the deployment waits for a person. */
  | { readonly kind: 'put-token'; readonly deployment: Deployment; readonly token: string }
  /** Puts it on the list of what waits for a person. */
  | { readonly kind: 'put-approval'; readonly deployment: Deployment; readonly requestedAt: string }
  /** Takes it off that list. */
  | { readonly kind: 'close-approval' | 'drop-token'; readonly deployment: Deployment }
  | { readonly kind: 'join-queue' | 'leave-queue'; readonly waiter: Waiter }
  /** Gives the runner back; leaves the queue for one. Where there is none, nothing happens. */
  | { readonly kind: 'free-runner' | 'leave-runner-queue'; readonly deployment: Deployment }
  | { readonly kind: 'put-artifact-ref'; readonly deployment: Deployment; readonly at: string }
  | { readonly kind: 'put-current-release'; readonly deployment: Deployment; readonly at: string }
  | { readonly kind: 'put-rollback-record'; readonly record: RollbackRecord }
  | {
      readonly kind: 'remember-request';
      readonly key: string;
      readonly digest: string;
      readonly deploymentId: string;
      readonly atMs: number;
    };

/** Everything one commit writes, in one transaction, on condition that the deployment is still as `before` saw it. */
export interface Decision {
  readonly before: Deployment | undefined;
  readonly after: Deployment;
  readonly writes: readonly Write[];
  readonly events: readonly OutboxEvent[];
  /** What changes about another deployment in the very same transaction. */
  readonly alongside?: Decision;
}

interface Change {
  readonly patch?: Partial<Omit<Deployment, 'id' | 'rev' | 'chain' | 'status'>>;
  /** What the deployment no longer has. */
  readonly cleared?: readonly (keyof Deployment)[];
  readonly status?: DeploymentStatus;
  readonly writes?: readonly Write[];
  readonly facts?: readonly Fact[];
}

/** Makes the decision that changes an existing deployment; refuses a status that may not follow. */
export function decide(before: Deployment, change: Change, moment: Moment): Decision {
  if (before.archived) {
    throw new Refusal(
      'conflict',
      `Deployment ${before.id} is archived: it can be read, and not changed. Deploy its commit anew.`,
    );
  }
  const status = change.status ?? before.status;
  if (status !== before.status && !mayFollow(before.status, status)) {
    throw new Refusal('conflict', `A deployment that is ${before.status} cannot become ${status}.`);
  }
  const ends = status !== before.status && isTerminal(status);
  const { head, events } = appendFacts(before.chain, subjectOf(before), change.facts ?? [], moment);
  const kept = Object.fromEntries(
    Object.entries(before).filter(([name]) => !change.cleared?.includes(name as keyof Deployment)),
  ) as unknown as Deployment;
  const after: Deployment = {
    ...kept,
    ...change.patch,
    status,
    updatedAt: moment.at,
    ...(ends && { finishedAt: moment.at, finishedAtMs: moment.atMs }),
    rev: before.rev + 1,
    chain: head,
  };
  const leaves = before.status === 'awaiting_approval' && status !== before.status;
  const writes = [...(change.writes ?? []), ...(leaves ? waitEnds(before) : []), ...(ends ? endingWrites(before) : [])];
  return { before, after, writes, events };
}

/** Whatever ended the wait for a person, nobody is asked any more. */
function waitEnds(deployment: Deployment): Write[] {
  return [
    { kind: 'close-approval', deployment },
    { kind: 'drop-token', deployment },
  ];
}

/** A terminal deployment holds nothing: its lock goes always, its place in the queue and its slot when it had one. */
function endingWrites(deployment: Deployment): Write[] {
  return [
    ...(deployment.status === 'queued' ? [{ kind: 'leave-queue' as const, waiter: waiterOf(deployment) }] : []),
    { kind: 'free-lock', deployment },
    ...(deployment.fence === undefined ? [] : heldWrites(deployment)),
  ];
}

/** Only who has had the slot can have a runner, or wait for one. */
function heldWrites(deployment: Deployment): Write[] {
  return (['free-slot', 'free-runner', 'leave-runner-queue'] as const).map((kind) => ({ kind, deployment }));
}

/** What all events of a deployment share. */
export function subjectOf(deployment: Deployment) {
  return {
    aggregate: deployment.id,
    deploymentId: deployment.id,
    service: deployment.service,
    environment: deployment.environment,
    correlationId: deployment.correlationId,
    traceId: deployment.traceId,
  };
}
