import * as z from 'zod';

/** The life of a deployment; `src/domain/deployment/transitions.ts` says which may follow which. */
export const deploymentStatus = z.enum([
  'queued',
  'running',
  'awaiting_approval',
  'releasing',
  'awaiting_decision',
  'verifying',
  'succeeded',
  'failed',
  'cancelled',
  'superseded',
  'rolling_back',
  'rolled_back',
  'rollback_failed',
]);
export type DeploymentStatus = z.infer<typeof deploymentStatus>;

/** `interrupted`: the attempt never said how it ended (its host or its build vanished). `reused`: an earlier result serves. */
export const stepStatus = z.enum(['running', 'succeeded', 'failed', 'interrupted', 'reused']);
export type StepStatus = z.infer<typeof stepStatus>;

export const stepName = z.enum([
  'source',
  'install',
  'compile',
  'test',
  'bundle',
  'sign',
  'approval',
  'release',
  'verify',
  'rollback',
]);
export type StepName = z.infer<typeof stepName>;
