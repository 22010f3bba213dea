import * as z from 'zod';
import { commitId, deploymentId } from '../names.ts';
import { retryNotes } from './stage-notes.ts';

/** What `fetch-source` leaves beside the source: `sources/<service>/<commit>/commit.json`. */
export const sourceFacts = z.object({
  commit: commitId,
  tree: z.string().regex(/^[0-9a-f]{40,64}$/),
  author: z.object({ name: z.string(), email: z.string() }),
  subject: z.string(),
  committedAt: z.string(),
  sourceKey: z.string(),
  /** Where in the commit the stored manifest was found. Facts without it are of an older kit, and are fetched again. */
  manifestPath: z.string().default(''),
  /** The fetch that brought it, when that met faults which passed. */
  fetch: z.object({ deploymentId, retries: retryNotes }).optional(),
});
export type SourceFacts = z.infer<typeof sourceFacts>;
