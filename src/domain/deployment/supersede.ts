import type { Moment } from '../moment.ts';
import { closeSteps } from './close-steps.ts';
import { decide, type Decision } from './decision.ts';
import type { Deployment, DeploymentRecord } from './deployment.ts';
import { isNewer, waiterOf } from './waiter.ts';

/**
 * Sets a deployment aside that waits for a person, when a newer one wants its place: what is approved must never be the
 * older of two.
 */
export function supersedeAtApproval(record: DeploymentRecord, newer: Deployment, moment: Moment): Decision | undefined {
  const { deployment } = record;
  if (deployment.status !== 'awaiting_approval') return undefined;
  if (!isNewer(waiterOf(newer), waiterOf(deployment))) return undefined;
  const closing = closeSteps(record, moment);
  return decide(
    deployment,
    {
      status: 'superseded',
      patch: { supersededBy: newer.id },
      writes: closing.writes,
      facts: [...closing.facts, { type: 'deployment.superseded', data: { by: newer.id } }],
    },
    moment,
  );
}
