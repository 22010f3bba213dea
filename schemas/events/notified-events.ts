import * as z from 'zod';
import { deploymentApprovalRequested } from './deployment-approval-requested.ts';
import { deploymentCancelled } from './deployment-cancelled.ts';
import { deploymentFailed } from './deployment-failed.ts';
import { deploymentRollbackFailed } from './deployment-rollback-failed.ts';
import { deploymentRolledBack } from './deployment-rolled-back.ts';
import { deploymentStarted } from './deployment-started.ts';
import { deploymentSucceeded } from './deployment-succeeded.ts';
import { deploymentSuperseded } from './deployment-superseded.ts';
import { envelope, type EventContract } from './envelope.ts';

const delivered = <Type extends string, Data extends z.ZodType>({ type, data }: EventContract<Type, Data>) =>
  z.object({
    'detail-type': z.literal(type),
    detail: envelope.extend({ deploymentId: z.string(), environment: z.string(), data }),
  });

/** What people can be told of, as the bus delivers it: the events that `notifications` in service.yaml can name. */
export const notifiedEvent = z.discriminatedUnion('detail-type', [
  delivered(deploymentStarted),
  delivered(deploymentSucceeded),
  delivered(deploymentFailed),
  delivered(deploymentCancelled),
  delivered(deploymentSuperseded),
  delivered(deploymentApprovalRequested),
  delivered(deploymentRolledBack),
  delivered(deploymentRollbackFailed),
]);
export type NotifiedEvent = z.infer<typeof notifiedEvent>;
export type NotifiedType = NotifiedEvent['detail-type'];

/** What goes to the topic that everybody may subscribe to: what people may have to act on, or have waited for. */
export const announcedTypes = [
  'deployment.succeeded',
  'deployment.failed',
  'deployment.cancelled',
  'deployment.approval_requested',
  'deployment.rolled_back',
  'deployment.rollback_failed',
] as const satisfies readonly NotifiedType[];
