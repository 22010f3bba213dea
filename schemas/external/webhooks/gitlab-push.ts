import * as z from 'zod';
import { commitId } from '#schemas/names.ts';

/** Every kind of GitLab's webhooks names itself. */
export const gitlabEvent = z.object({ object_kind: z.string() });

/** What is needed of GitLab's webhook event `push`; there is much more in it. */
export const gitlabPush = z.object({
  /** `refs/heads/<branch>`. */
  ref: z.string(),
  /** Forty zeros when the branch was deleted. */
  after: commitId,
  user_name: z.string(),
  user_username: z.string(),
  /** Empty for who shows none. */
  user_email: z.string().nullish(),
  project: z.object({
    path_with_namespace: z.string().min(1),
    git_http_url: z.string(),
    git_ssh_url: z.string().optional(),
  }),
});
