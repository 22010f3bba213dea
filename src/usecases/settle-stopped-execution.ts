import { isTerminal } from '#domain/deployment/transitions.ts';
import type { Deps } from '#ports/deps.ts';
import type { FailedTask } from '#schemas/workflows/deployment-task.ts';
import { giveUpRollback, rollBackRelease } from './roll-back-release.ts';
import { settleFailure } from './settle-failure.ts';

/**
 * Brings a deployment to its end when its machine ended without doing so: stopped by hand, timed out, or broken. Acts
 * only on the run that the execution belonged to.
 */
export async function settleStoppedExecution(
  deps: Pick<Deps, 'deployments' | 'services' | 'shifter' | 'clock' | 'digest'>,
  ended: FailedTask,
): Promise<void> {
  const deployment = await deps.deployments.find(ended.deploymentId);
  if (!deployment || isTerminal(deployment.status) || deployment.run !== ended.run) return;
  const { next } = await settleFailure(deps, ended);
  if (next !== 'roll_back') return;
  try {
    await rollBackRelease(deps, ended);
  } catch (error) {
    await giveUpRollback(deps, ended, error);
    throw error;
  }
}
