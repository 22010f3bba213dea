import * as z from 'zod';
import { commitId } from '#schemas/names.ts';

/** What is needed of GitHub's webhook event `push`; there is much more in it. */
export const githubPush = z.object({
  /** `refs/heads/<branch>` or `refs/tags/<tag>`. */
  ref: z.string(),
  /** Forty zeros when the branch was deleted. */
  after: commitId,
  deleted: z.boolean().default(false),
  forced: z.boolean().default(false),
  repository: z.object({
    full_name: z.string().min(1),
    clone_url: z.string(),
    ssh_url: z.string().optional(),
    /** Seconds since the epoch. */
    pushed_at: z.int().optional().catch(undefined),
  }),
  pusher: z.object({ name: z.string(), email: z.string().nullish() }),
  /** Absent when a machine pushed. */
  sender: z.object({ login: z.string() }).nullish(),
});
