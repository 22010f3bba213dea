import { completeDeployment as complete } from '#domain/deployment/complete.ts';
import type { Deps } from '#ports/deps.ts';
import type { DeploymentTask } from '#schemas/workflows/deployment-task.ts';
import { commitDecision } from './commit-decision.ts';
import { momentOf } from './moment-of.ts';

/** Ends a deployment well. Asked twice, it is done once. */
export async function completeDeployment(
  deps: Pick<Deps, 'deployments' | 'clock' | 'digest'>,
  task: DeploymentTask,
): Promise<void> {
  await commitDecision(deps, task.deploymentId, ({ deployment }) => ({
    decision: deployment.status === 'succeeded' ? undefined : complete(deployment, momentOf(deps, 'system:deployment')),
    value: undefined,
  }));
}
