import type { Moment } from '../moment.ts';
import { Refusal } from '../refusal.ts';
import { closeSteps } from './close-steps.ts';
import { recordCommand } from './command.ts';
import { decide, type Decision } from './decision.ts';
import type { DeploymentRecord } from './deployment.ts';
import { standing } from './standing.ts';
import { mayFollow } from './transitions.ts';

export type Cancellation =
  /** It is over with this commit, and holds nothing any more. */
  | { readonly kind: 'cancelled'; readonly decision: Decision }
  /** Traffic has moved: whoever moves it sees the wish at its next look, and the release is taken back. */
  | { readonly kind: 'asked'; readonly decision: Decision }
  /** Somebody asked for it before. */
  | { readonly kind: 'known' };

/**
 * Ends a deployment because somebody wants it so. Before traffic has moved nothing outside has changed, and the commit
 * itself is the end; what still runs is stopped after it.
 *
 * @throws Refusal `conflict` for one that is over or on its way back
 */
export function cancelDeployment(record: DeploymentRecord, reason: string | undefined, moment: Moment): Cancellation {
  const { deployment } = record;
  const { id, status } = deployment;
  if (deployment.cancel) return { kind: 'known' };
  const { patch, write } = recordCommand(deployment, 'cancel', reason, moment);
  const cancel = { by: moment.actor, at: moment.at, ...(reason !== undefined && { reason }) };

  if (!deployment.release?.trafficMoved && mayFollow(status, 'cancelled')) {
    const closing = closeSteps(record, moment);
    const durationMs = Math.max(0, moment.atMs - (deployment.startedAtMs ?? deployment.createdAtMs));
    const told = { ...(reason !== undefined && { reason }), durationMs };
    return {
      kind: 'cancelled',
      decision: decide(
        deployment,
        {
          status: 'cancelled',
          patch: { ...patch, cancel },
          writes: [write, ...closing.writes],
          facts: [...closing.facts, { type: 'deployment.cancelled', data: told }],
        },
        moment,
      ),
    };
  }
  if (mayFollow(status, 'rolling_back')) {
    return { kind: 'asked', decision: decide(deployment, { patch: { ...patch, cancel }, writes: [write] }, moment) };
  }
  const why = status === 'rolling_back' ? 'is being rolled back already' : `is over: it ${standing(status)}`;
  throw new Refusal('conflict', `Deployment ${id} ${why}; there is nothing to cancel.`);
}
