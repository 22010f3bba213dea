import * as z from 'zod';
import type { Operation } from '#local/gateway/json-service.ts';
import { parseInput } from '#local/gateway/parse-input.ts';
import { checkShape, registerInput } from './definition-shapes.ts';
import { clientFault, definitionArn, definitionReference } from './ecs-arn.ts';
import type { EcsContext } from './ecs-context.ts';
import type { TaskDefinition } from './records.ts';

const describeInput = z.strictObject({ taskDefinition: z.string(), include: z.array(z.literal('TAGS')).optional() });
const referenceInput = z.strictObject({ taskDefinition: z.string() });
const listInput = z.strictObject({
  familyPrefix: z.string().optional(),
  status: z.enum(['ACTIVE', 'INACTIVE']).default('ACTIVE'),
  sort: z.enum(['ASC', 'DESC']).default('ASC'),
  nextToken: z.string().regex(/^\d+$/).optional(),
  maxResults: z.int().min(1).max(100).default(100),
});

export function definitionOperations({ records, clock }: EcsContext): Record<string, Operation> {
  return {
    RegisterTaskDefinition(input) {
      const { tags = [], ...shape } = parseInput(registerInput, input, 'ClientException');
      checkShape(shape);
      const { family } = shape;
      const revision = records.lastRevision(family) + 1;
      const made: TaskDefinition = {
        arn: definitionArn(family, revision),
        family,
        revision,
        status: 'ACTIVE',
        registeredMs: clock.now(),
        shape,
        tags,
      };
      records.putDefinition(made);
      return { taskDefinition: describedDefinition(made), tags };
    },
    DescribeTaskDefinition(input) {
      const { taskDefinition, include } = parseInput(describeInput, input, 'ClientException');
      const found = records.definition(definitionReference(taskDefinition));
      if (!found) throw clientFault('Unable to describe task definition.');
      return { taskDefinition: describedDefinition(found), ...(include && { tags: found.tags }) };
    },
    DeregisterTaskDefinition(input) {
      const reference = definitionReference(parseInput(referenceInput, input, 'ClientException').taskDefinition);
      const found = reference.revision === undefined ? undefined : records.definition(reference);
      if (!found)
        throw clientFault(
          'The specified task definition does not exist. Specify a valid account, family, revision and try again.',
        );
      const ended: TaskDefinition = { ...found, status: 'INACTIVE', deregisteredMs: clock.now() };
      records.putDefinition(ended);
      return { taskDefinition: describedDefinition(ended) };
    },
    ListTaskDefinitions(input) {
      const {
        familyPrefix,
        status,
        sort,
        nextToken = '0',
        maxResults,
      } = parseInput(listInput, input, 'ClientException');
      const found = records
        .definitions()
        .filter((each) => each.status === status && (familyPrefix === undefined || each.family === familyPrefix))
        .map(({ arn }) => arn);
      const inOrder = sort === 'ASC' ? found : found.toReversed();
      const from = Number(nextToken);
      const more = from + maxResults < inOrder.length;
      return {
        taskDefinitionArns: inOrder.slice(from, from + maxResults),
        ...(more && { nextToken: String(from + maxResults) }),
      };
    },
  };
}

function describedDefinition({ arn, family, revision, status, shape, registeredMs, deregisteredMs }: TaskDefinition) {
  return {
    ...shape,
    containerDefinitions: shape.containerDefinitions.map((container) => ({
      ...container,
      cpu: container.cpu ?? 0,
      essential: container.essential ?? true,
      environment: container.environment ?? [],
      portMappings: (container.portMappings ?? []).map((mapping) => ({
        ...mapping,
        hostPort: mapping.containerPort,
        protocol: 'tcp',
      })),
      mountPoints: [],
      volumesFrom: [],
      systemControls: [],
    })),
    taskDefinitionArn: arn,
    family,
    revision,
    status,
    compatibilities: ['EC2', 'FARGATE'],
    requiresAttributes: [],
    volumes: [],
    placementConstraints: [],
    registeredAt: registeredMs / 1000,
    registeredBy: 'arn:aws:iam::000000000000:user/local',
    ...(deregisteredMs !== undefined && { deregisteredAt: deregisteredMs / 1000 }),
  };
}
