import * as z from 'zod';
import { deploymentId } from '../names.ts';

/**
 * Input of the `deployment` machine: ids only, never documents. Every task input is a pick or an extension of it, so a
 * machine started by an earlier release still finds what it sends understood.
 */
export const deploymentTask = z.object({
  deploymentId,
  /** Which run of the deployment: 1, and one more for each retry. */
  run: z.int().min(1),
});
export type DeploymentTask = z.infer<typeof deploymentTask>;

/** `sign-artifact`: what the build exported. CodeBuild exports strings only. */
export const signArtifactTask = deploymentTask.extend({
  artifactKey: z.string().min(1),
  artifactDigest: z.string().regex(/^[0-9a-f]{64}$/),
  artifactSize: z.coerce.number().int().min(1),
});
export type SignArtifactTask = z.infer<typeof signArtifactTask>;

/** Input of a state that waits: with what wakes it. */
export const waitingTask = deploymentTask.extend({ token: z.string().min(1) });
export type WaitingTask = z.infer<typeof waitingTask>;

/** `settle-failure`: the error as Step Functions caught it. */
export const failedTask = deploymentTask.extend({
  error: z.string(),
  cause: z.string().default(''),
});
export type FailedTask = z.infer<typeof failedTask>;

/** `diagnose-build`: how often this run has lost a build to its runner, the present one included. */
export const diagnoseBuildTask = failedTask.extend({ lost: z.int().min(1) });
export type DiagnoseBuildTask = z.infer<typeof diagnoseBuildTask>;
