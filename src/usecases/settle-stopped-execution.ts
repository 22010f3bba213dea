import { isTerminal } from '#domain/deployment/transitions.ts';
import type { Deps } from '#ports/deps.ts';
import { isTransient } from '#ports/transient.ts';
import type { FailedTask } from '#schemas/workflows/deployment-task.ts';
import { giveUpRollback, rollBackRelease } from './roll-back-release.ts';
import { settleFailure } from './settle-failure.ts';
import { stopBuilds } from './stop-builds.ts';

type SettleDeps = Pick<Deps, 'deployments' | 'logs' | 'shifter' | 'runners' | 'clock' | 'digest'>;

/**
 * Brings a deployment to its end when its machine ended without doing so: stopped by hand, timed out, or broken. Acts
 * only on the run that the execution belonged to.
 *
 * @throws what kept it from going back; when the deployment is not over then, another delivery tries again
 */
export async function settleStoppedExecution(deps: SettleDeps, ended: FailedTask): Promise<void> {
  const deployment = await deps.deployments.find(ended.deploymentId);
  if (!deployment || isTerminal(deployment.status) || deployment.run !== ended.run) return;
  const { next } = await settleFailure(deps, ended);
  await stopBuilds(deps, ended.deploymentId, ended.run);
  if (next !== 'roll_back') return;
  try {
    await rollBackRelease(deps, ended);
  } catch (error) {
    // Giving up is for good, and the bad version stays. Another attempt gets past what is transient; and where the
    // baseline serves, it only has to be recorded, or another delivery of the same event has done so.
    if (!isTransient(error) && !(await isTakenBack(deps, ended))) await giveUpRollback(deps, ended, error);
    throw error;
  }
}

async function isTakenBack({ deployments, shifter }: SettleDeps, { deploymentId }: FailedTask): Promise<boolean> {
  const { release } = (await deployments.find(deploymentId)) ?? {};
  if (release?.baselineVersion === undefined) return false;
  try {
    return (await shifter.status(release.target)).weights.get(release.baselineVersion) === 100;
  } catch (error) {
    if (isTransient(error)) throw error;
    return false;
  }
}
