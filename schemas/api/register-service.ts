import * as z from 'zod';
import { environmentName, instant, serviceName } from '../names.ts';
import { defineOperation } from './contract.ts';

const target = z.strictObject({
  /** Default `<service>-<environment>`. */
  functionName: z
    .string()
    .regex(/^[A-Za-z0-9_-]{1,64}$/, 'must be the name of a Lambda function')
    .optional(),
  /** Default `live`. */
  alias: z
    .string()
    .regex(/^[A-Za-z][A-Za-z0-9_-]{0,127}$/, 'must be the name of an alias')
    .optional(),
  url: z.url({ protocol: /^https?$/ }).optional(),
  account: z
    .string()
    .regex(/^\d{12}$/, 'must be 12 digits')
    .optional(),
  region: z
    .string()
    .regex(/^[a-z]{2}(-[a-z]+)+-\d$/, 'must be an AWS region')
    .optional(),
  deployRole: z
    .string()
    .regex(/^arn:aws[a-z-]*:iam::\d{12}:role\/.+$/, 'must be the ARN of a role')
    .optional(),
});

export const serviceView = z.object({
  name: serviceName,
  repository: z.string(),
  manifestPath: z.string(),
  owner: z.string(),
  // Not strict: a member that a later version adds must not break an older client.
  environments: z.record(
    z.string(),
    z.object(target.shape).extend({ functionName: z.string(), alias: z.string(), url: z.string() }),
  ),
  createdAt: instant,
  updatedAt: instant,
});

/** Registers a service, or replaces its registration. 201 when it is new. */
export const registerService = defineOperation({
  operation: 'register-service',
  method: 'PUT',
  path: '/v1/services/{service}',
  permission: 'environment:manage',
  summary: 'Register a service: its repository, owner and environments',
  params: z.object({ service: serviceName }),
  query: z.strictObject({}),
  body: z.strictObject({
    repository: z.string().min(1).max(2048),
    manifestPath: z
      .string()
      .max(256)
      .regex(/^(?!\/)(?!.*\.\.)[A-Za-z0-9._/-]+$/, 'must be a relative path without ".."')
      .default('service.yaml'),
    owner: z.string().min(1).max(100),
    environments: z
      .record(environmentName, target)
      .refine((environments) => Object.keys(environments).length > 0, 'must name at least one environment'),
  }),
  answer: serviceView,
  statuses: [201, 200],
});
