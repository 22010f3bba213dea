import * as z from 'zod';

/** An earlier result served: the stage's commands were not run. */
export const cacheNote = z.object({
  hit: z.literal(true),
  /** How long the commands took in the build that the result is from. */
  savedMs: z.int().min(0),
});
export type CacheNote = z.infer<typeof cacheNote>;

/** How often something is done again after a fault that passes by itself. */
export const retryLimit = 3;

/** The work was done again after a fault that passes by itself. */
export const retryNote = z.object({
  /** In words: `registry time-out`. */
  reason: z.string().min(1).max(200),
  /** How long was waited before the next try. */
  afterMs: z.int().min(0),
});
export type RetryNote = z.infer<typeof retryNote>;

export const retryNotes = z.array(retryNote).max(retryLimit);
