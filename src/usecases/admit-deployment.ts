import { admit } from '#domain/deployment/admit.ts';
import { supersedeAtApproval } from '#domain/deployment/supersede.ts';
import type { Deps } from '#ports/deps.ts';
import type { WaitingTask } from '#schemas/workflows/deployment-task.ts';
import { commitDecision } from './commit-decision.ts';
import { momentOf } from './moment-of.ts';

/** What the state's task results in. `ask`: something has changed, the function has to look again. */
export type AdmissionAnswer = { readonly state: 'admitted' | 'ask' | 'over' };

type AdmitDeps = Pick<Deps, 'deployments' | 'workflows' | 'clock' | 'digest'>;

/**
 * Takes the slot of the environment when it is this deployment's turn, and stands in line for it otherwise; one that waits
 * there for a person has to go. The state waits with its token, which is on record with the place in the queue, and asks
 * again by itself after a while.
 */
export async function admitDeployment(deps: AdmitDeps, task: WaitingTask): Promise<void> {
  let state = await ask(deps, task);
  if (state === 'waiting' && (await setOwnerAside(deps, task.deploymentId))) state = await ask(deps, task);
  if (state === 'waiting') return;
  const answer: AdmissionAnswer = { state };
  await deps.workflows.wake(task.token, answer);
}

async function ask(
  deps: AdmitDeps,
  { deploymentId, token, run }: WaitingTask,
): Promise<'admitted' | 'waiting' | 'over'> {
  const { value } = await commitDecision<'admitted' | 'waiting' | 'over'>(
    deps,
    deploymentId,
    async ({ deployment }) => {
      if (deployment.run !== run) return { value: 'over' };
      const slot = await deps.deployments.slot(deployment.service, deployment.environment);
      const admission = admit(deployment, slot, momentOf(deps, 'system:admission'), token);
      switch (admission.kind) {
        case 'admit':
          return { decision: admission.decision, value: 'admitted' };
        case 'admitted':
          return { value: 'admitted' };
        case 'queue':
          return { decision: admission.decision, value: 'waiting' };
        case 'supersede':
          return { decision: admission.decision, value: 'over' };
        case 'over':
          return { value: 'over' };
      }
    },
  );
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
