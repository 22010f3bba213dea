import * as z from 'zod';

/** Where repositories are hosted that tell of pushes, and that are told what became of them. */
export const provider = z.enum(['github', 'gitlab']);
export type Provider = z.infer<typeof provider>;

/** The push that set something off. */
export const pushOrigin = z.object({
  provider,
  /** `owner/name`, as the provider calls the repository. */
  repository: z.string().min(1),
  branch: z.string().min(1),
});
export type PushOrigin = z.infer<typeof pushOrigin>;
