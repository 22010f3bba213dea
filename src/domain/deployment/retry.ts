import type { Moment } from '../moment.ts';
import { Refusal } from '../refusal.ts';
import { recordCommand } from './command.ts';
import { decide, type Decision } from './decision.ts';
import type { Deployment } from './deployment.ts';
import { standing } from './standing.ts';
import { isTerminal, mayFollow } from './transitions.ts';

export type Retrial =
  | { readonly kind: 'retried'; readonly decision: Decision }
  /** It is on its way again, or still. */
  | { readonly kind: 'known' };

/** Whoever triggered a run cannot approve it. */
export interface Trigger {
  readonly email?: string;
}

/**
 * Begins the next run of a deployment that failed or was cancelled. What it found out about its source, and the artifact
 * that was signed, stay; everything from the approval on is done anew. It stands in line from now on, not from then.
 *
 * @throws Refusal `conflict` for one that succeeded, was superseded, or is or was taken back
 */
export function retryDeployment(deployment: Deployment, trigger: Trigger, moment: Moment): Retrial {
  const { id, status, commit } = deployment;
  if (status === 'rolling_back') {
    throw new Refusal('conflict', `Deployment ${id} is being rolled back; deploy the commit again once that is over.`);
  }
  if (!isTerminal(status)) return { kind: 'known' };
  if (!mayFollow(status, 'queued')) {
    throw new Refusal(
      'conflict',
      `Deployment ${id} ${standing(status)} and cannot be retried; deploy the commit again.`,
    );
  }
  const { patch, write } = recordCommand(deployment, 'retry', undefined, moment);
  const run = deployment.run + 1;
  return {
    kind: 'retried',
    decision: decide(
      deployment,
      {
        status: 'queued',
        patch: {
          ...patch,
          run,
          // The source is known, so nothing else will tell of the build that is to come.
          ...(deployment.source && !deployment.artifact && { builds: (deployment.builds ?? 0) + 1 }),
          queuedAt: moment.at,
          queuedAtMs: moment.atMs,
          ...(deployment.triggeredBy && {
            earlierTriggers: [...(deployment.earlierTriggers ?? []), deployment.triggeredBy],
          }),
          triggeredBy: { subject: moment.actor, ...(trigger.email !== undefined && { email: trigger.email }) },
        },
        cleared: [
          'fence',
          'release',
          'failure',
          'cancel',
          'approval',
          'startedAt',
          'startedAtMs',
          'finishedAt',
          'finishedAtMs',
        ],
        writes: [{ kind: 'take-lock', deployment }, write],
        facts: [{ type: 'deployment.queued', data: { commit, run } }],
      },
      moment,
    ),
  };
}
