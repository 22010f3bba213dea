import * as z from 'zod';
import { environmentName } from '../names.ts';
import { approval } from './approval.ts';
import { deployOn, promoteFrom } from './promotion.ts';
import { releaseWindows } from './release-window.ts';
import { scaling } from './scaling.ts';
import { secrets } from './secrets.ts';
import { strategy } from './strategy.ts';
import { variables } from './variables.ts';

const environment = z
  .strictObject({
    variables: variables
      .prefault({})
      .meta({ description: 'Environment variables of the service. No secrets: the file is in the repository.' }),
    secrets: secrets
      .optional()
      .meta({ description: 'Environment variables whose values are secrets, by the reference of each.' }),
    scaling: scaling.optional().meta({ description: 'How many tasks run. ECS only.' }),
    strategy: strategy
      .optional()
      .meta({ description: "How a release takes over here; the file's strategy if absent." }),
    approval: approval.optional().meta({ description: 'Who has to agree before a release here; nobody if absent.' }),
    deployOn: deployOn.optional().meta({ description: 'Pushes that are deployed here.' }),
    promoteFrom: promoteFrom
      .optional()
      .meta({ description: 'Environment whose successful deployments come here next.' }),
    freeze: releaseWindows.optional().meta({ description: 'Windows during which nothing is released here.' }),
    schedule: releaseWindows
      .optional()
      .meta({ description: 'The only windows in which a release here may begin; always if absent.' }),
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
