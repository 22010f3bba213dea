import * as z from 'zod';
import { variables } from './variables.ts';
import { wholeNumber } from './whole-number.ts';
import { workspacePath } from './workspace-path.ts';

/** Terraform that belongs to the service. */
export const infrastructure = z.strictObject({
  directory: workspacePath.meta({
    description: "Directory of the Terraform module, relative to the repository's root.",
  }),
  variables: variables.optional().meta({ description: 'Input variables of the module. No secrets.' }),
  timeoutSeconds: wholeNumber(60, 6_600)
    .default(1_800)
    .meta({ description: 'Longest time that a plan or an apply may take, in seconds.' }),
});
