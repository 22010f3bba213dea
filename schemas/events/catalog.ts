import * as z from 'zod';
import { deploymentApprovalDecided } from './deployment-approval-decided.ts';
import { deploymentApprovalRequested } from './deployment-approval-requested.ts';
import { deploymentCanaryPromoted } from './deployment-canary-promoted.ts';
import { deploymentCancelled } from './deployment-cancelled.ts';
import { deploymentFailed } from './deployment-failed.ts';
import { deploymentHealthCheck } from './deployment-health-check.ts';
import { deploymentQueued } from './deployment-queued.ts';
import { deploymentRollbackFailed } from './deployment-rollback-failed.ts';
import { deploymentRolledBack } from './deployment-rolled-back.ts';
import { deploymentStarted } from './deployment-started.ts';
import { deploymentStepProgress } from './deployment-step-progress.ts';
import { deploymentSucceeded } from './deployment-succeeded.ts';
import { deploymentSuperseded } from './deployment-superseded.ts';
import { envelope, type EventContract } from './envelope.ts';
import { serviceRegistered } from './service-registered.ts';
import { sourcePushed } from './source-pushed.ts';
import { sourceRejected } from './source-rejected.ts';

/** Every event the service emits. */
export const eventCatalog = [
  deploymentQueued,
  deploymentStarted,
  deploymentStepProgress,
  deploymentSucceeded,
  deploymentFailed,
  deploymentCancelled,
  deploymentSuperseded,
  deploymentApprovalRequested,
  deploymentApprovalDecided,
  deploymentRolledBack,
  deploymentRollbackFailed,
  deploymentCanaryPromoted,
  deploymentHealthCheck,
  serviceRegistered,
  sourcePushed,
  sourceRejected,
] as const;

type Contract = (typeof eventCatalog)[number];
export type EventType = Contract['type'];

/** A fact that a decision states; the commit wraps it into an envelope. */
export type Fact = { [C in Contract as C['type']]: { type: C['type']; data: z.infer<C['data']> } }[EventType];

export type EventDetail = z.infer<typeof envelope> & { readonly data: Fact['data'] };

/** The schema of the detail of one kind of event. */
export function detailSchema<Data extends z.ZodType>({ data }: EventContract<string, Data>) {
  return envelope.extend({ data });
}
