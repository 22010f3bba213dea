import * as z from 'zod';
import { clientFault } from './ecs-arn.ts';

const none = z.array(z.never()).optional();

const container = z.strictObject({
  name: z.string().regex(/^[A-Za-z0-9_-]{1,255}$/, 'must be letters, digits, hyphens and underscores'),
  image: z.string().min(1),
  cpu: z.int().min(0).optional(),
  memory: z.int().min(6).optional(),
  memoryReservation: z.int().min(6).optional(),
  essential: z.boolean().optional(),
  entryPoint: z.array(z.string()).optional(),
  command: z.array(z.string()).optional(),
  workingDirectory: z.string().optional(),
  environment: z.array(z.strictObject({ name: z.string(), value: z.string() })).optional(),
  secrets: z.array(z.strictObject({ name: z.string(), valueFrom: z.string() })).optional(),
  portMappings: z
    .array(
      z.strictObject({
        containerPort: z.int().min(1).max(65_535),
        hostPort: z.int().min(0).max(65_535).optional(),
        protocol: z.literal('tcp').optional(),
        name: z.string().optional(),
        appProtocol: z.string().optional(),
      }),
    )
    .optional(),
  logConfiguration: z
    .strictObject({
      logDriver: z.literal('awslogs', { error: 'the local endpoint has the log driver awslogs only' }),
      options: z.record(z.string(), z.string()).optional(),
      secretOptions: none,
    })
    .optional(),
  stopTimeout: z.int().min(2).max(120).optional(),
  startTimeout: z.int().optional(),
  user: z.string().optional(),
  readonlyRootFilesystem: z.boolean().optional(),
  linuxParameters: z.strictObject({ initProcessEnabled: z.boolean().optional() }).optional(),
  mountPoints: none,
  volumesFrom: none,
  systemControls: none,
});

export const registerInput = z.strictObject({
  family: z.string().regex(/^[A-Za-z0-9_-]{1,255}$/, 'must be letters, digits, hyphens and underscores'),
  containerDefinitions: z.array(container).length(1, 'the local endpoint runs tasks of exactly one container'),
  taskRoleArn: z.string().optional(),
  executionRoleArn: z.string().optional(),
  networkMode: z.literal('awsvpc', { error: 'the local endpoint has the network mode awsvpc only' }),
  requiresCompatibilities: z.tuple([z.literal('FARGATE')]),
  cpu: z.string(),
  memory: z.string(),
  runtimePlatform: z
    .strictObject({
      cpuArchitecture: z.enum(['ARM64', 'X86_64']).optional(),
      operatingSystemFamily: z.literal('LINUX').optional(),
    })
    .optional(),
  volumes: none,
  placementConstraints: none,
  tags: z.array(z.strictObject({ key: z.string().min(1), value: z.string() })).optional(),
});

type RegisterInput = z.output<typeof registerInput>;
/** A task definition as it was registered, without its tags. */
export type TaskShape = Omit<RegisterInput, 'tags'>;
export type ContainerShape = z.output<typeof container>;

/** Memory in MB that Fargate has with so many CPU units. */
const fargateMemory: Readonly<Record<number, (megabytes: number) => boolean>> = {
  256: (megabytes) => [512, 1024, 2048].includes(megabytes),
  512: steps(1024, 4096),
  1024: steps(2048, 8192),
  2048: steps(4096, 16_384),
  4096: steps(8192, 30_720),
};

/** @throws ServiceFault for what ECS would refuse */
export function checkShape({ cpu, memory, containerDefinitions, executionRoleArn }: TaskShape): void {
  const allowed = fargateMemory[Number(cpu)];
  if (!allowed?.(Number(memory))) {
    throw clientFault(`No Fargate configuration exists for given values: ${cpu} CPU, ${memory} memory.`);
  }
  for (const { secrets = [], environment = [], portMappings = [], logConfiguration } of containerDefinitions) {
    const names = [...environment, ...secrets].map(({ name }) => name);
    const twice = names.find((name, index) => names.indexOf(name) !== index);
    if (twice !== undefined && secrets.some(({ name }) => name === twice)) {
      throw clientFault(
        `The secret name must be unique and not shared with any new or existing environment variables set on the container, such as '${twice}'.`,
      );
    }
    if ((secrets.length > 0 || logConfiguration) && executionRoleArn === undefined) {
      throw clientFault(
        'Fargate requires task definition to have execution role ARN to support log driver awslogs and secrets.',
      );
    }
    const apart = portMappings.find(
      ({ containerPort, hostPort }) => hostPort !== undefined && hostPort !== containerPort,
    );
    if (apart) {
      throw clientFault('When networkMode=awsvpc, the host ports and container ports in port mappings must match.');
    }
  }
}

function steps(from: number, to: number): (megabytes: number) => boolean {
  return (megabytes) => megabytes >= from && megabytes <= to && megabytes % 1024 === 0;
}
