import { cancelDeployment as decideCancellation } from '#domain/deployment/cancel.ts';
import type { Deployment } from '#domain/deployment/deployment.ts';
import type { Deps } from '#ports/deps.ts';
import type { Caller } from './caller.ts';
import { commitDecision } from './commit-decision.ts';
import { momentOf } from './moment-of.ts';
import { ownedDeployment } from './owned-deployment.ts';
import { stopBuilds } from './stop-builds.ts';
import { wakeThoseInLine } from './wake-those-in-line.ts';
import { waitingToken } from './waiting-token.ts';

type CancelDeps = Pick<Deps, 'deployments' | 'services' | 'runnerQueue' | 'runners' | 'workflows' | 'clock' | 'digest'>;

/**
 * Ends a deployment. Before traffic has moved it is over when this returns; after that it is on its way back.
 *
 * @throws Refusal `not_found`, `permission_denied`, or `conflict` for one that is over or being rolled back
 */
export async function cancelDeployment(
  deps: CancelDeps,
  deploymentId: string,
  reason: string | undefined,
  caller: Caller,
): Promise<Deployment> {
  await ownedDeployment(deps, deploymentId, caller);
  return endDeployment(deps, deploymentId, reason, caller.subject);
}

/**
 * The same for whoever was allowed it already.
 *
 * @throws Refusal `not_found`, or `conflict` for one that is over or being rolled back
 */
export async function endDeployment(
  deps: Omit<CancelDeps, 'services'>,
  deploymentId: string,
  reason: string | undefined,
  actor: string,
): Promise<Deployment> {
  const { value, deployment } = await commitDecision(deps, deploymentId, async (record) => {
    const cancellation = decideCancellation(record, reason, momentOf(deps, actor));
    const { kind } = cancellation;
    // The commit forgets it. Read after the record, it is the one that the commit's revision knows.
    const token = await waitingToken(deps, record);
    const queued = record.deployment.status === 'queued';
    return { value: { kind, token, queued }, decision: kind === 'known' ? undefined : cancellation.decision };
  });
  // The record is the truth already; this only keeps others from working in vain. Asked for twice, it is done twice: the
  // first who asked may have been cut off in between.
  if (value.kind !== 'asked') await stopBuilds(deps, deploymentId, deployment.run);
  if (value.kind !== 'cancelled') return deployment;
  if (value.token !== undefined) await deps.workflows.wake(value.token, { state: 'ask' });
  // Others may have stood behind it, in line for a slot that nobody holds.
  if (value.queued) await wakeThoseInLine(deps, deployment);
  return deployment;
}
