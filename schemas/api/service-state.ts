import * as z from 'zod';
import { commitId, deploymentId, instant } from '../names.ts';
import { deploymentSummary } from './deployment-view.ts';
import { serviceView } from './register-service.ts';

/** What was released to an environment, and when. */
export const releaseView = z.object({
  deploymentId,
  version: z.string(),
  commit: commitId,
  artifactDigest: z.string(),
  /** Where it was released to, whatever is registered since. */
  url: z.string(),
  releasedAt: instant,
});
export type ReleaseView = z.infer<typeof releaseView>;

/** What an environment runs, and what happened there last. */
export const environmentState = z.object({
  /** Serves now; absent until something was released. */
  current: releaseView.optional(),
  /** Served before. */
  previous: releaseView.optional(),
  /** The last deployment that was asked for, however it went. */
  last: deploymentSummary.optional(),
});
export type EnvironmentStateView = z.infer<typeof environmentState>;

/** A registered service with the state of each of its environments, by the same names. */
export const serviceState = serviceView.extend({ states: z.record(z.string(), environmentState) });
export type ServiceStateView = z.infer<typeof serviceState>;
