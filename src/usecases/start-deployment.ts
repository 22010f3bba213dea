import { isTerminal } from '#domain/deployment/transitions.ts';
import type { Deps } from '#ports/deps.ts';

/** Starts the machine of a queued deployment. The event may come twice, or late: both start nothing new. */
export async function startDeployment(
  deps: Pick<Deps, 'deployments' | 'workflows'>,
  deploymentId: string,
  run: number,
): Promise<void> {
  const deployment = await deps.deployments.find(deploymentId);
  if (!deployment || isTerminal(deployment.status) || deployment.run !== run) return;
  await deps.workflows.startDeployment(deploymentId, run);
}
