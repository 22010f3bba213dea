import { admit } from '#domain/deployment/admit.ts';
import { supersedeAtApproval } from '#domain/deployment/supersede.ts';
import type { Deps } from '#ports/deps.ts';
import type { DeploymentTask } from '#schemas/workflows/deployment-task.ts';
import { commitDecision } from './commit-decision.ts';
import { momentOf } from './moment-of.ts';

export interface AdmissionAnswer {
  readonly state: 'admitted' | 'waiting' | 'over';
  /** Place in the queue of the environment, from 1. */
  readonly place?: number;
}

type AdmitDeps = Pick<Deps, 'deployments' | 'workflows' | 'clock' | 'digest'>;

/** Takes the slot of the environment when it is this deployment's turn; one that waits there for a person has to go. */
export async function admitDeployment(deps: AdmitDeps, task: DeploymentTask): Promise<AdmissionAnswer> {
  const answer = await ask(deps, task);
  if (answer.state !== 'waiting' || !(await setOwnerAside(deps, task.deploymentId))) return answer;
  return ask(deps, task);
}

async function ask(deps: AdmitDeps, task: DeploymentTask): Promise<AdmissionAnswer> {
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

/** Whether the slot's owner waited for an approval and made room for this newer deployment. */
async function setOwnerAside(deps: AdmitDeps, deploymentId: string): Promise<boolean> {
  const newer = await deps.deployments.find(deploymentId);
  const slot = newer && (await deps.deployments.slot(newer.service, newer.environment));
  const { owner } = slot ?? {};
  if (!newer || owner === undefined || owner === deploymentId) return false;
  const { value } = await commitDecision(deps, owner, async (record) => {
    const decision = supersedeAtApproval(record, newer, momentOf(deps, 'system:admission'));
    // The commit forgets it. Read after the record, it is the one that the commit's revision knows.
    const token = decision && (await deps.deployments.approvalToken(owner));
    return { value: { madeRoom: decision !== undefined, token }, decision };
  });
  if (value.token !== undefined) await deps.workflows.wake(value.token, {});
  return value.madeRoom;
}
