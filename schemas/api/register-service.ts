import * as z from 'zod';
import { environmentName, instant, serviceName } from '../names.ts';
import { secretReference } from '../service/secret-reference.ts';
import { defineOperation } from './contract.ts';

const place = {
  /** Base URL. On the local host it follows from the names. */
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
};

const lambdaTarget = z.strictObject({
  kind: z.literal('lambda').default('lambda'),
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
  ...place,
});

const ecsTarget = z.strictObject({
  kind: z.literal('ecs'),
  /** Default `services`. */
  cluster: z
    .string()
    .regex(/^[A-Za-z][A-Za-z0-9_-]{0,254}$/, 'must be the name of an ECS cluster')
    .optional(),
  /** Default `<service>-<environment>`. */
  serviceName: z
    .string()
    .regex(/^[A-Za-z][A-Za-z0-9_-]{0,254}$/, 'must be the name of an ECS service')
    .optional(),
  /** Who moves its traffic: as the ECS service was made. */
  controller: z.enum(['ecs', 'codedeploy']).default('ecs'),
  ...place,
});

const target = z.discriminatedUnion('kind', [lambdaTarget, ecsTarget], { error: 'must be lambda or ecs' });

const fetchAccess = {
  /** Secret with the token or key that commits are fetched with. */
  repositoryCredentials: secretReference.optional(),
  /** In its place: a connection of AWS CodeConnections. */
  connection: z
    .string()
    .regex(
      /^arn:aws[a-z-]*:(codeconnections|codestar-connections):[a-z0-9-]+:\d{12}:connection\/[0-9a-f-]{36}$/,
      'must be the ARN of a connection of AWS CodeConnections',
    )
    .optional(),
};

const resolvedPlace = {
  ...place,
  url: z.string(),
  /** What the trust of the deploy role has to ask for. */
  externalId: z.string().optional(),
};

export const serviceView = z.object({
  name: serviceName,
  repository: z.string(),
  manifestPath: z.string(),
  repositoryCredentials: z.string().optional(),
  connection: z.string().optional(),
  owner: z.string(),
  // Not strict: a member that a later version adds must not break an older client.
  environments: z.record(
    z.string(),
    z.discriminatedUnion('kind', [
      z.object({ ...lambdaTarget.shape, functionName: z.string(), alias: z.string(), ...resolvedPlace }),
      z.object({ ...ecsTarget.shape, cluster: z.string(), serviceName: z.string(), ...resolvedPlace }),
    ]),
  ),
  createdAt: instant,
  updatedAt: instant,
});
export type ServiceView = z.infer<typeof serviceView>;

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
    ...fetchAccess,
    owner: z.string().min(1).max(100),
    environments: z
      .record(environmentName, target)
      .refine((environments) => Object.keys(environments).length > 0, 'must name at least one environment'),
    /** Without it, an environment that serves a release is neither left out nor moved to another target. */
    replace: z.boolean().optional(),
  }),
  answer: serviceView,
  statuses: [201, 200],
});
