import { cancelDeployment as decideCancellation } from '#domain/deployment/cancel.ts';
import type { Deployment } from '#domain/deployment/deployment.ts';
import type { Deps } from '#ports/deps.ts';
import type { Caller } from './caller.ts';
import { commitDecision } from './commit-decision.ts';
import { momentOf } from './moment-of.ts';
import { ownedDeployment } from './owned-deployment.ts';
import { stopBuilds } from './stop-builds.ts';

type CancelDeps = Pick<Deps, 'deployments' | 'services' | 'runners' | 'workflows' | 'clock' | 'digest'>;

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
  const { value, deployment } = await commitDecision(deps, deploymentId, async (record) => {
    const cancellation = decideCancellation(record, reason, momentOf(deps, caller.subject));
    const { kind } = cancellation;
    // The commit forgets it. Read after the record, it is the one that the commit's revision knows.
    const token = await deps.deployments.approvalToken(deploymentId);
    return { value: { kind, token }, decision: kind === 'known' ? undefined : cancellation.decision };
  });
  // The record is the truth already; this only keeps others from working in vain. Asked for twice, it is done twice: the
  // first who asked may have been cut off in between.
  if (value.kind !== 'asked') await stopBuilds(deps, deploymentId, deployment.run);
  if (value.kind === 'cancelled' && value.token !== undefined) await deps.workflows.wake(value.token, {});
  return deployment;
}
