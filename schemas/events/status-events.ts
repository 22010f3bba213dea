import * as z from 'zod';
import { deploymentApprovalRequested } from './deployment-approval-requested.ts';
import { deploymentCancelled } from './deployment-cancelled.ts';
import { deploymentFailed } from './deployment-failed.ts';
import { deploymentQueued } from './deployment-queued.ts';
import { deploymentRollbackFailed } from './deployment-rollback-failed.ts';
import { deploymentRolledBack } from './deployment-rolled-back.ts';
import { deploymentStarted } from './deployment-started.ts';
import { deploymentSucceeded } from './deployment-succeeded.ts';
import { deploymentSuperseded } from './deployment-superseded.ts';
import { deliveredForDeployment as delivered } from './delivered-for-deployment.ts';
import { envelope } from './envelope.ts';
import { sourceRejected } from './source-rejected.ts';

/** The events of a deployment that show at its commit. */
export const statusEvents = [
  deploymentQueued,
  deploymentStarted,
  deploymentApprovalRequested,
  deploymentSucceeded,
  deploymentFailed,
  deploymentCancelled,
  deploymentSuperseded,
  deploymentRolledBack,
  deploymentRollbackFailed,
] as const;

/** Such an event, or that of a push that came to nothing, as the bus delivers it. */
export const statusEvent = z.discriminatedUnion('detail-type', [
  delivered(deploymentQueued),
  delivered(deploymentStarted),
  delivered(deploymentApprovalRequested),
  delivered(deploymentSucceeded),
  delivered(deploymentFailed),
  delivered(deploymentCancelled),
  delivered(deploymentSuperseded),
  delivered(deploymentRolledBack),
  delivered(deploymentRollbackFailed),
  z.object({
    'detail-type': z.literal(sourceRejected.type),
    detail: envelope.extend({ data: sourceRejected.data }),
  }),
]);
export type StatusEvent = z.infer<typeof statusEvent>;
