import type { DeploymentRecord } from '#domain/deployment/deployment.ts';
import { runnerPlaceOf } from '#domain/runner-pool/runner-waiter.ts';
import type { Deps } from '#ports/deps.ts';

/**
 * What wakes the machine of a deployment that waits: for its slot, for a runner or for a person. Whoever ends the wait by a
 * commit reads it before, since the commit forgets it.
 */
export async function waitingToken(
  { deployments, runnerQueue }: Pick<Deps, 'deployments' | 'runnerQueue'>,
  { deployment }: DeploymentRecord,
): Promise<string | undefined> {
  const { id, status, service, environment } = deployment;
  switch (status) {
    case 'queued': {
      const { waiters } = await deployments.slot(service, environment);
      return waiters.find(({ deploymentId }) => deploymentId === id)?.token;
    }
    case 'running':
      return runnerQueue.tokenOf(runnerPlaceOf(deployment));
    case 'awaiting_approval':
      return deployments.approvalToken(id);
    default:
      return undefined;
  }
}
