import * as z from 'zod';
import { environmentName } from '../names.ts';
import { wholeNumber } from './whole-number.ts';

/** A push that deploys here. */
export const deployOn = z.strictObject({
  branch: z
    .string()
    .max(255, 'must be at most 255 characters long')
    // What git takes for a branch, without the rarities that nobody means: `git check-ref-format --branch`.
    .regex(
      /^(?![-/.])(?!.*(?:\.\.|\/\/|\/\.|@\{|\.lock(?:\/|$)))[^\s\p{Cc}~^:?*[\\]+(?<![/.])$/u,
      'must be the name of one branch, such as main: without "refs/heads/" and wildcards',
    )
    .regex(/^(?!refs\/)/, 'must be the short name of a branch, without "refs/heads/"')
    .meta({ description: 'Branch whose pushes are deployed here.' }),
});

/** The environment before this one. */
export const promoteFrom = z.strictObject({
  environment: environmentName.meta({ description: 'Environment whose successful deployments come here next.' }),
  soakSeconds: wholeNumber(0, 604_800)
    .default(0)
    .meta({ description: 'Time that a commit has to run there before it comes here, in seconds.' }),
});
