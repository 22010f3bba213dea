import { appendFacts, emptyChain } from '../event/chain.ts';
import type { Moment } from '../moment.ts';
import { decide, subjectOf, type Decision, type Write } from './decision.ts';
import type { Deployment } from './deployment.ts';

/** The caller's idempotency key, with the digest of what it asked for. */
export interface RememberedKey {
  readonly key: string;
  readonly digest: string;
}

/** What asked for a deployment, when nobody did in person. */
export type DeploymentCause = Pick<Deployment, 'origin' | 'promotedFrom' | 'triggeredBy' | 'earlierTriggers'>;

export interface DeploymentRequest extends DeploymentCause {
  readonly id: string;
  readonly service: string;
  readonly environment: string;
  readonly commit: string;
  readonly correlationId: string;
  readonly traceId: string;
  readonly actorEmail?: string;
  readonly remember?: RememberedKey;
}

/**
 * Accepts a request: a queued deployment that holds the in-progress lock of its commit and environment. Two identical
 * requests race for that lock, so only one of them becomes a deployment.
 */
export function requestDeployment(request: DeploymentRequest, moment: Moment): Decision {
  const { remember, ...wanted } = request;
  const draft: Deployment = {
    ...wanted,
    kind: 'release',
    status: 'queued',
    run: 1,
    createdAt: moment.at,
    createdAtMs: moment.atMs,
    updatedAt: moment.at,
    actor: moment.actor,
    rev: 1,
    chain: emptyChain,
  };
  const { head, events } = appendFacts(
    emptyChain,
    subjectOf(draft),
    [{ type: 'deployment.queued', data: { commit: request.commit, run: 1 } }],
    moment,
  );
  const deployment = { ...draft, chain: head };
  const writes: Write[] = [{ kind: 'take-lock', deployment }];
  if (remember) writes.push({ kind: 'remember-request', ...remember, deploymentId: deployment.id, atMs: moment.atMs });
  return { before: undefined, after: deployment, writes, events };
}

/** Ties a key to the deployment that is on its way already, so that the same key keeps giving the same answer. */
export function joinDeployment(deployment: Deployment, remember: RememberedKey, moment: Moment): Decision {
  const write: Write = { kind: 'remember-request', ...remember, deploymentId: deployment.id, atMs: moment.atMs };
  return decide(deployment, { writes: [write] }, moment);
}
