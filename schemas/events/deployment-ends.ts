import * as z from 'zod';
import { deploymentCancelled } from './deployment-cancelled.ts';
import { deploymentFailed } from './deployment-failed.ts';
import { deploymentRollbackFailed } from './deployment-rollback-failed.ts';
import { deploymentRolledBack } from './deployment-rolled-back.ts';
import { deploymentStarted } from './deployment-started.ts';
import { deploymentSucceeded } from './deployment-succeeded.ts';
import { deploymentSuperseded } from './deployment-superseded.ts';
import { deliveredForDeployment as delivered } from './delivered-for-deployment.ts';
import { envelope } from './envelope.ts';

/** The events one of which ends every run of a deployment. */
export const deploymentEnds = [
  deploymentSucceeded,
  deploymentFailed,
  deploymentCancelled,
  deploymentSuperseded,
  deploymentRolledBack,
  deploymentRollbackFailed,
] as const;

/** The beginning and the end of a run, as the bus delivers them. */
export const runEvent = z.discriminatedUnion('detail-type', [
  delivered(deploymentStarted),
  delivered(deploymentSucceeded),
  delivered(deploymentFailed),
  delivered(deploymentCancelled),
  delivered(deploymentSuperseded),
  delivered(deploymentRolledBack),
  delivered(deploymentRollbackFailed),
]);
export type RunEvent = z.infer<typeof runEvent>;

/** The end of a run, whichever it was. */
export const runEnd = envelope.extend({ deploymentId: z.string() });
