import { admit } from '#domain/deployment/admit.ts';
import type { Deps } from '#ports/deps.ts';
import type { DeploymentTask } from '#schemas/workflows/deployment-task.ts';
import { commitDecision } from './commit-decision.ts';
import { momentOf } from './moment-of.ts';

export interface AdmissionAnswer {
  readonly state: 'admitted' | 'waiting' | 'over';
  /** Place in the queue of the environment, from 1. */
  readonly place?: number;
}

/** Takes the slot of the environment when it is this deployment's turn. */
export async function admitDeployment(
  deps: Pick<Deps, 'deployments' | 'clock' | 'digest'>,
  task: DeploymentTask,
): Promise<AdmissionAnswer> {
  const { value } = await commitDecision<AdmissionAnswer>(deps, task.deploymentId, async ({ deployment }) => {
    const slot = await deps.deployments.slot(deployment.service, deployment.environment);
    const admission = admit(deployment, slot, momentOf(deps, 'system:admission'));
    switch (admission.kind) {
      case 'admit':
        return { decision: admission.decision, value: { state: 'admitted' } };
      case 'admitted':
        return { value: { state: 'admitted' } };
      case 'queue':
        return { decision: admission.decision, value: { state: 'waiting', place: admission.place } };
      case 'wait':
        return { value: { state: 'waiting', place: admission.place } };
      case 'supersede':
        return { decision: admission.decision, value: { state: 'over' } };
      case 'over':
        return { value: { state: 'over' } };
    }
  });
  return value;
}
