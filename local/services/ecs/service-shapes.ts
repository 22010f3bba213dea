import * as z from 'zod';

const percent = z.int().min(0).max(1000);

export const configurationInput = z.strictObject({
  maximumPercent: percent.optional(),
  minimumHealthyPercent: percent.optional(),
  deploymentCircuitBreaker: z.strictObject({ enable: z.boolean(), rollback: z.boolean() }).optional(),
  strategy: z.literal('ROLLING', { error: 'the local endpoint has the strategy ROLLING only' }).optional(),
  alarms: z
    .strictObject({ alarmNames: z.array(z.string()), enable: z.literal(false), rollback: z.boolean() })
    .optional(),
});

const networkInput = z.strictObject({
  awsvpcConfiguration: z.strictObject({
    subnets: z.array(z.string()).min(1),
    securityGroups: z.array(z.string()).optional(),
    assignPublicIp: z.enum(['ENABLED', 'DISABLED']).optional(),
  }),
});
const grace = z.int().min(0);
const count = z.int().min(0).max(100, 'the local endpoint runs at most 100 tasks of a service');

export const createServiceInput = z.strictObject({
  cluster: z.string().optional(),
  serviceName: z.string().regex(/^[A-Za-z0-9_-]{1,255}$/, 'must be letters, digits, hyphens and underscores'),
  taskDefinition: z.string().optional(),
  loadBalancers: z
    .array(z.strictObject({ targetGroupArn: z.string(), containerName: z.string(), containerPort: z.int() }))
    .default([]),
  desiredCount: count.optional(),
  launchType: z.literal('FARGATE', { error: 'the local endpoint has the launch type FARGATE only' }),
  platformVersion: z.string().optional(),
  deploymentConfiguration: configurationInput.optional(),
  networkConfiguration: networkInput.optional(),
  healthCheckGracePeriodSeconds: grace.optional(),
  schedulingStrategy: z.literal('REPLICA').optional(),
  deploymentController: z
    .strictObject({
      type: z.enum(['ECS', 'CODE_DEPLOY'], {
        error: 'the local endpoint has the deployment controllers ECS and CODE_DEPLOY',
      }),
    })
    .default({ type: 'ECS' }),
  tags: z.array(z.strictObject({ key: z.string(), value: z.string() })).default([]),
  enableECSManagedTags: z.boolean().optional(),
  propagateTags: z.enum(['TASK_DEFINITION', 'SERVICE', 'NONE']).optional(),
  enableExecuteCommand: z.literal(false, { error: 'the local endpoint has no execute command' }).optional(),
});

export const updateServiceInput = z.strictObject({
  cluster: z.string().optional(),
  service: z.string(),
  desiredCount: count.optional(),
  taskDefinition: z.string().optional(),
  deploymentConfiguration: configurationInput.optional(),
  networkConfiguration: networkInput.optional(),
  forceNewDeployment: z.boolean().default(false),
  healthCheckGracePeriodSeconds: grace.optional(),
  platformVersion: z.string().optional(),
  enableExecuteCommand: z.literal(false, { error: 'the local endpoint has no execute command' }).optional(),
});

export const describeServicesInput = z.strictObject({
  cluster: z.string().optional(),
  services: z.array(z.string()).min(1).max(10),
  include: z.array(z.literal('TAGS')).optional(),
});

export const deleteServiceInput = z.strictObject({
  cluster: z.string().optional(),
  service: z.string(),
  force: z.boolean().default(false),
});

export const listServicesInput = z.strictObject({
  cluster: z.string().optional(),
  launchType: z.literal('FARGATE').optional(),
  maxResults: z.int().min(1).max(100).default(10),
  nextToken: z.string().regex(/^\d+$/).optional(),
});
