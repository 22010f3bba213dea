import * as z from 'zod';
import { secretReference } from './secret-reference.ts';
import { variableName } from './variables.ts';

// Each costs a question at the start of a build, or of an environment of the function.
const mostSecrets = 20;

/** Secrets by reference: under the name of the variable that holds the value once the build or the service runs. */
export const secrets = z
  .record(
    variableName.regex(/^(?!DEPLOYMENT_)/, 'must be another name: those with DEPLOYMENT_ belong to the deployment'),
    secretReference,
  )
  .refine((value) => Object.keys(value).length <= mostSecrets, { error: `must be at most ${mostSecrets} secrets` });
export type Secrets = z.output<typeof secrets>;
