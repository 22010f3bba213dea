import { completeDeployment as complete } from '#domain/deployment/complete.ts';
import { completeRollback } from '#domain/deployment/complete-rollback.ts';
import type { Decision } from '#domain/deployment/decision.ts';
import type { Deployment } from '#domain/deployment/deployment.ts';
import type { Deps } from '#ports/deps.ts';
import type { DeploymentTask } from '#schemas/workflows/deployment-task.ts';
import { commitDecision } from './commit-decision.ts';
import { momentOf } from './moment-of.ts';

type CompleteDeps = Pick<Deps, 'deployments' | 'clock' | 'digest'>;

/** Ends a deployment well, a release or a rollback. Asked twice, it is done once. */
export async function completeDeployment(deps: CompleteDeps, task: DeploymentTask): Promise<void> {
  await commitDecision(deps, task.deploymentId, async ({ deployment }) => ({
    decision: deployment.status === 'succeeded' ? undefined : await completionOf(deps, deployment),
    value: undefined,
  }));
}

async function completionOf(deps: CompleteDeps, deployment: Deployment): Promise<Decision> {
  const moment = momentOf(deps, 'system:deployment');
  if (deployment.kind === 'release') return complete(deployment, moment);
  const { rollbackOf } = deployment;
  // Read anew in every round: it changes in the same transaction.
  const replaced = rollbackOf === undefined ? undefined : await deps.deployments.find(rollbackOf);
  return completeRollback(deployment, replaced, moment);
}
