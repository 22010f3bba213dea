import type { StatusEvent } from '#schemas/events/status-events.ts';
import { assertNever } from '../assert-never.ts';

/** How a commit is doing, for those who look at it where it is hosted. */
export interface CommitStatus {
  /** Tells the statuses of a commit apart: the newest of each counts. */
  readonly context: string;
  readonly state: 'pending' | 'running' | 'success' | 'failure' | 'cancelled';
  /** At most 140 characters. Never what a build or a person wrote: it may be public where it is shown. */
  readonly description: string;
  readonly url?: string;
}

const product = 'deployment-service';
const longest = 140;

/** What an event means for its commit. */
export function commitStatusOf(event: StatusEvent): CommitStatus {
  const { environment = '' } = event.detail;
  const context = event['detail-type'] === 'source.rejected' ? product : `${product}/${environment}`;
  const { state, says } = meaningOf(event, environment);
  return { context, state, description: says.length > longest ? `${says.slice(0, longest - 1)}…` : says };
}

function meaningOf(event: StatusEvent, environment: string): { state: CommitStatus['state']; says: string } {
  switch (event['detail-type']) {
    case 'deployment.queued':
      return { state: 'pending', says: `Waits for its turn in ${environment}` };
    case 'deployment.started':
      return { state: 'running', says: `On its way to ${environment}` };
    case 'deployment.approval_requested':
      return { state: 'pending', says: `Waits for approval by ${event.detail.data.groups.join(' or ')}` };
    case 'deployment.succeeded':
      return { state: 'success', says: `Serves ${environment}` };
    case 'deployment.failed': {
      const { step, code } = event.detail.data.failure;
      return { state: 'failure', says: `Failed${step === undefined ? '' : ` in ${step}`}: ${code}` };
    }
    case 'deployment.cancelled':
      return { state: 'cancelled', says: 'Cancelled' };
    case 'deployment.superseded':
      return { state: 'cancelled', says: 'A newer commit took its place' };
    case 'deployment.rolled_back':
      return { state: 'failure', says: `Taken back from ${environment}` };
    case 'deployment.rollback_failed':
      return { state: 'failure', says: `Could not be taken back from ${environment}` };
    case 'source.rejected':
      return { state: 'failure', says: `Cannot be deployed: ${event.detail.data.failure.code}` };
    default:
      return assertNever(event);
  }
}
