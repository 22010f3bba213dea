import { isTerminal } from '#domain/deployment/transitions.ts';
import type { Deps } from '#ports/deps.ts';
import { makeRoomForRollback } from './make-room-for-rollback.ts';

/**
 * Starts the machine of a queued deployment, after a rollback has made room for itself. The event may come twice, or late:
 * both start nothing new.
 */
export async function startDeployment(
  deps: Pick<Deps, 'deployments' | 'runnerQueue' | 'runners' | 'workflows' | 'clock' | 'digest'>,
  deploymentId: string,
  run: number,
): Promise<void> {
  const deployment = await deps.deployments.find(deploymentId);
  if (!deployment || isTerminal(deployment.status) || deployment.run !== run) return;
  if (deployment.kind === 'rollback' && deployment.status === 'queued') {
    const { owner } = await deps.deployments.slot(deployment.service, deployment.environment);
    if (owner !== undefined) await makeRoomForRollback(deps, owner, deployment);
  }
  await deps.workflows.startDeployment(deployment);
}
