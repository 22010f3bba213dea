import * as z from 'zod';

/** Lower case parts between slashes, as both ECR and the distribution specification have it. */
const NAME = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*$/;

export const repositoryName = z
  .string()
  .min(2)
  .max(256)
  .regex(NAME, 'must be lower-case words joined by ".", "_", "-" and "/"');

export function isRepositoryName(name: string): boolean {
  return repositoryName.safeParse(name).success;
}
