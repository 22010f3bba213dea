import { appendFacts, emptyChain } from '../event/chain.ts';
import type { Moment } from '../moment.ts';
import { Refusal } from '../refusal.ts';
import { subjectOf, type Decision, type Write } from './decision.ts';
import type { ApprovalRule } from './approval-in-force.ts';
import type { Deployment } from './deployment.ts';
import type { RememberedKey } from './request.ts';
import { waiterOf } from './waiter.ts';

export interface RollbackRequest {
  readonly id: string;
  readonly correlationId: string;
  readonly traceId: string;
  readonly actorEmail?: string;
  /** The deployment whose release serves now. */
  readonly rollbackOf: string;
  /** The approval that is in force there. */
  readonly standingApproval?: ApprovalRule;
  readonly reason?: string;
  readonly remember?: RememberedKey;
}

/**
 * Accepts a rollback: a queued deployment of its own that takes over what the release was made of. Nothing is fetched,
 * built or approved again: what comes back was tested, signed and approved when it went out. It holds the lock of the
 * commit that it brings back, so that the same commit is never on its way to the same environment twice.
 *
 * @throws Refusal `conflict` for a deployment that released nothing, or is a rollback itself
 */
export function requestRollback(to: Deployment, request: RollbackRequest, moment: Moment): Decision {
  const { artifact, manifest, source, identity } = to;
  if (to.kind !== 'release' || to.status !== 'succeeded' || !artifact || !manifest) {
    throw new Refusal('conflict', `Deployment ${to.id} brought out no release that could be gone back to.`);
  }
  const { remember, reason, ...wanted } = request;
  const draft: Deployment = {
    ...wanted,
    service: to.service,
    environment: to.environment,
    commit: to.commit,
    kind: 'rollback',
    status: 'queued',
    run: 1,
    createdAt: moment.at,
    createdAtMs: moment.atMs,
    updatedAt: moment.at,
    actor: moment.actor,
    rollbackTo: to.id,
    ...(reason !== undefined && { rollbackReason: reason }),
    artifact,
    manifest,
    ...(source && { source }),
    ...(identity !== undefined && { identity }),
    rev: 1,
    chain: emptyChain,
  };
  const { head, events } = appendFacts(
    emptyChain,
    subjectOf(draft),
    [{ type: 'deployment.queued', data: { commit: to.commit, run: 1 } }],
    moment,
  );
  const deployment = { ...draft, chain: head };
  const writes: Write[] = [
    { kind: 'take-lock', deployment },
    // In line from the first moment on, so that nothing else gets the slot that is about to be made free for it.
    { kind: 'join-queue', waiter: waiterOf(deployment) },
  ];
  if (remember) writes.push({ kind: 'remember-request', ...remember, deploymentId: deployment.id, atMs: moment.atMs });
  return { before: undefined, after: deployment, writes, events };
}

/**
 * That the commit of a release is on its way to the environment with another deployment, which holds its lock until it
 * is over.
 */
export function lockedByTwin(to: Deployment, { id, status, kind }: Deployment): Refusal {
  const what = kind === 'rollback' ? 'a rollback' : 'a deployment';
  const wayOut =
    status === 'rolling_back' || kind === 'rollback'
      ? 'Ask again when that is over'
      : 'It was told to step aside; ask again when that is over';
  return new Refusal(
    'conflict',
    `Commit ${to.commit.slice(0, 7)} is on its way to ${to.environment} with ${what} already, ${id}. ${wayOut}: dsctl status ${id} --watch`,
  );
}
