import { decide } from '#domain/deployment/decision.ts';
import type { Deployment, DeploymentRecord } from '#domain/deployment/deployment.ts';
import { newVersionOf } from '#domain/deployment/new-version.ts';
import { Refusal } from '#domain/refusal.ts';
import { isSameTarget, nameOf } from '#domain/service/same-target.ts';
import type { TargetRef } from '#domain/service/service.ts';
import type { DeploymentTask } from '#schemas/workflows/deployment-task.ts';
import { commitDecision } from './commit-decision.ts';
import { momentOf } from './moment-of.ts';
import { prepareRelease, type PrepareDeps } from './prepare-release.ts';
import { isVersionKept } from './rollback-facts.ts';
import { shiftTraffic } from './shift-traffic.ts';

/** Less than the function may run. A function's alias is moved at once; the tasks of a container have to start. */
const mostWaitSeconds = 240;

/**
 * Brings an earlier release back: checks once more what was checked when the rollback was asked for, and every byte of the
 * artifact with it, finds the version or makes it anew, and moves all traffic in one go.
 *
 * @returns `moving` when it takes longer than one invocation: ask again
 * @throws Refusal with the failure of the step; the deployment then decides about going back
 */
export async function restoreRelease(
  deps: PrepareDeps,
  task: DeploymentTask,
): Promise<{ readonly state: 'restored' | 'moving' }> {
  const untilMs = deps.clock.now().getTime() + mostWaitSeconds * 1000;
  const record = await deps.deployments.load(task.deploymentId);
  if (!record) throw new Refusal('not_found', `There is no deployment ${task.deploymentId}.`);
  // A move that was begun goes on; what did not come that far begins anew.
  if (!isMoving(record, task.run)) {
    await prepareRelease(deps, task, (rollback, target) => restoredVersion(deps, rollback, target));
  }
  for (;;) {
    const answer = await shiftTraffic(deps, task);
    if (answer.state === 'released') return { state: 'restored' };
    if (deps.clock.now().getTime() > untilMs) return { state: 'moving' };
    await deps.clock.sleep(answer.waitSeconds * 1000);
  }
}

function isMoving({ deployment, steps }: DeploymentRecord, run: number): boolean {
  const step = steps.findLast(({ name }) => name === 'release');
  return step?.run === run && step.status === 'running' && deployment.release?.move !== undefined;
}

/** @throws Refusal `conflict` when what was feasible when it was asked for is so no more */
async function restoredVersion(deps: PrepareDeps, rollback: Deployment, target: TargetRef): Promise<string> {
  const to = rollback.rollbackTo === undefined ? undefined : await deps.deployments.find(rollback.rollbackTo);
  if (!to?.release)
    throw new Refusal('conflict', `The release that ${rollback.id} goes back to is not known any more.`);
  if (!isSameTarget(to.release.target, target)) {
    throw new Refusal(
      'conflict',
      `The release of ${to.id} was made for ${nameOf(to.release.target)}, and the environment is registered with ${nameOf(target)} now.`,
    );
  }
  await nameWhatServes(deps, rollback);
  if (await isVersionKept(deps, to, target)) return to.release.version;
  return deps.shifter.prepare(target, newVersionOf(rollback));
}

/** While the rollback waited for its turn, another deployment may have come to an end: that is the one it takes away. */
async function nameWhatServes(deps: PrepareDeps, { id, service, environment, rollbackOf }: Deployment): Promise<void> {
  const { current } = await deps.deployments.environment(service, environment);
  if (!current || current.deploymentId === rollbackOf) return;
  await commitDecision(deps, id, ({ deployment }) => ({
    decision: decide(deployment, { patch: { rollbackOf: current.deploymentId } }, momentOf(deps, 'system:deployment')),
    value: undefined,
  }));
}
