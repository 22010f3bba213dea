import * as z from 'zod';
import { deploymentId, instant } from '../names.ts';

/** What a deployment waits for that other deployments have, and how many are before it. */
export const queueView = z.object({
  /** `environment`: one deployment changes it at a time. `runner`: so many builds run at a time. */
  for: z.enum(['environment', 'runner']),
  /** From 1. */
  place: z.int().min(1),
  since: instant,
  /** Who has the environment at present. */
  behind: deploymentId.optional(),
});
export type QueueView = z.infer<typeof queueView>;
