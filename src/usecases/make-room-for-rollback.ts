import type { Deployment } from '#domain/deployment/deployment.ts';
import { isTerminal } from '#domain/deployment/transitions.ts';
import { Refusal } from '#domain/refusal.ts';
import type { Deps } from '#ports/deps.ts';
import { endDeployment } from './cancel-deployment.ts';

type RoomDeps = Pick<Deps, 'deployments' | 'runnerQueue' | 'runners' | 'workflows' | 'clock' | 'digest'>;

/**
 * Cancels a deployment that is in the way of a rollback: before traffic has moved it ends at once, after that it is taken
 * back. One that ended by itself meanwhile, or is on its way back already, is left alone; so is a rollback that has moved
 * traffic, because taking it back would bring up again what that one takes away.
 */
export async function makeRoomForRollback(
  deps: RoomDeps,
  deploymentId: string,
  rollback: Pick<Deployment, 'id' | 'commit' | 'actor'>,
): Promise<void> {
  const present = await deps.deployments.find(deploymentId);
  if (!present || present.cancel || isTerminal(present.status) || present.id === rollback.id) return;
  if (present.kind === 'rollback' && present.release?.trafficMoved === true) return;
  try {
    const reason = `Rollback ${rollback.id} goes back to commit ${rollback.commit.slice(0, 7)}.`;
    await endDeployment(deps, deploymentId, reason, rollback.actor);
  } catch (error) {
    // It ended, or went back, between the look and the command.
    if (!(error instanceof Refusal && error.code === 'conflict')) throw error;
  }
}
