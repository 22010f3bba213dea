import * as z from 'zod';
import { commitId, deploymentId, environmentName, instant, serviceName } from '../names.ts';
import { defineOperation } from './contract.ts';

/** One thing that has to hold before a release can be gone back to, and what was found. */
export const rollbackCheck = z.object({
  check: z.enum(['artifact', 'signature', 'target', 'infrastructure', 'version', 'serving']),
  ok: z.boolean(),
  message: z.string(),
});
export type RollbackCheck = z.infer<typeof rollbackCheck>;

/** A release that an environment had, and what a rollback to it would do. */
export const rollbackTarget = z.object({
  /** The deployment that brought it out. */
  deploymentId,
  commit: commitId,
  subject: z.string().optional(),
  version: z.string(),
  releasedAt: instant,
  /** Who asked for it. */
  actor: z.string(),
  serves: z.boolean(),
  /** Where a rollback goes that names no release. */
  standard: z.boolean(),
  /** Whether every check holds. */
  feasible: z.boolean(),
  effect: z.string(),
  checks: z.array(rollbackCheck),
  /** The rollback that took it away, when one did. */
  rolledBackBy: deploymentId.optional(),
});
export type RollbackTarget = z.infer<typeof rollbackTarget>;

/**
 * The release that serves and up to twenty before it, newest first; with `to` that one alone, however old. Nothing is
 * changed by asking.
 */
export const listRollbackTargets = defineOperation({
  operation: 'list-rollback-targets',
  method: 'GET',
  path: '/v1/services/{service}/environments/{environment}/rollback-targets',
  permission: 'deployment:read',
  summary: 'Releases that an environment can go back to, each with what speaks for and against it',
  params: z.object({ service: serviceName, environment: environmentName }),
  query: z.strictObject({ to: deploymentId.optional() }),
  body: 'none',
  answer: z.object({
    /** The deployment that serves, which may be a rollback. */
    current: deploymentId.optional(),
    /** The deployment that runs in the environment now. */
    underWay: deploymentId.optional(),
    items: z.array(rollbackTarget),
  }),
  statuses: [200],
});
