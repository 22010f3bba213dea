import * as z from 'zod';
import { environmentName } from '../names.ts';
import { variables } from './variables.ts';

// Lambda refuses a function whose variables are larger than 4096 bytes as JSON; those that the release adds
// (`DEPLOYMENT_ID` and others, `src/domain/deployment/release-plan.ts`) need at most 256 of them.
const LARGEST_VARIABLES_BYTES = 4096 - 256;

const environment = z
  .strictObject({
    variables: variables
      .refine((value) => bytesOf(value) <= LARGEST_VARIABLES_BYTES, {
        error: `must be at most ${LARGEST_VARIABLES_BYTES} bytes of JSON, names and values together: Lambda takes no more beside those of the deployment`,
      })
      .prefault({})
      .meta({ description: 'Environment variables of the service. No secrets: the file is in the repository.' }),
    account: z
      .string({ error: 'must be 12 digits in quotes: a bare number loses its leading zeros' })
      .regex(/^[0-9]{12}$/, 'must be exactly 12 digits')
      .optional()
      .meta({ description: "AWS account to deploy to; the deployment service's own if absent." }),
    region: z
      .string()
      .regex(/^[a-z]{2,}(?:-[a-z]+)+-[0-9]{1,2}$/, 'must be an AWS region, such as eu-west-1')
      .optional()
      .meta({ description: "AWS region to deploy to; the deployment service's own if absent." }),
    role: z
      .string()
      .max(256, 'must be at most 256 characters long')
      .regex(
        /^arn:aws(?:-[a-z]+)*:iam::[0-9]{12}:role\/[A-Za-z0-9_+=,.@/-]+$/,
        'must be the ARN of an IAM role, such as arn:aws:iam::123456789012:role/deploy',
      )
      .optional()
      .meta({ description: 'IAM role that the deployment assumes to deploy here.' }),
  })
  .superRefine((value, context) => {
    const roleAccount = value.role?.split(':')[4];
    if (!value.account || !roleAccount || roleAccount === value.account) return;
    context.addIssue({ code: 'custom', path: ['role'], message: 'must be a role of the account given beside it' });
  });

/** Where the service is deployed, by the environment's name. */
export const environments = z
  .record(
    environmentName.regex(/^(?!pr-[0-9]+$)/, 'must not be "pr-" and a number: those names belong to previews'),
    environment,
  )
  .refine((value) => Object.keys(value).length > 0, { error: 'must name at least one environment' })
  .meta({ minProperties: 1 });

function bytesOf(variables: Readonly<Record<string, string>>): number {
  return new TextEncoder().encode(JSON.stringify(variables)).length;
}
