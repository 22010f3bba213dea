import * as z from 'zod';
import { wholeNumber } from './whole-number.ts';
import { wrongType } from './wrong-type.ts';

const lambda = z.strictObject({
  type: z.literal('lambda').meta({ description: 'The service is a Lambda function.' }),
  handler: z
    .string()
    .max(128, 'must be at most 128 characters long')
    .regex(
      /^[A-Za-z0-9_./-]+\.[A-Za-z_$][A-Za-z0-9_$]*$/,
      'must be a file and the function that it exports, such as index.handler',
    )
    .meta({ description: 'File and exported function that answers an invocation, such as index.handler.' }),
  runtime: z
    .enum(['nodejs22.x', 'nodejs24.x'], { error: 'must be nodejs24.x or nodejs22.x' })
    .meta({ description: 'Lambda runtime.' }),
  memoryMb: wholeNumber(128, 10_240).default(256).meta({ description: 'Memory of the function, in megabytes.' }),
  timeoutSeconds: wholeNumber(1, 900)
    .default(10)
    .meta({ description: 'Longest time that one invocation may take, in seconds.' }),
});

const ecs = z.strictObject({
  type: z.literal('ecs').meta({ description: 'The service is a set of containers behind a load balancer.' }),
  controller: z.enum(['ecs', 'codedeploy'], { error: 'must be ecs or codedeploy' }).default('ecs').meta({
    description:
      'Who moves its traffic. It is fixed when the ECS service is made: codedeploy for blue_green and linear, ecs for everything else.',
  }),
  baseImage: z
    .string()
    .max(256, 'must be at most 256 characters long')
    .regex(
      /^public\.ecr\.aws\/[a-z0-9]+(?:[._/-][a-z0-9]+)*(?::[A-Za-z0-9_][A-Za-z0-9._-]{0,127}|@sha256:[0-9a-f]{64})$/,
      'must be an image of public.ecr.aws with a tag or digest, such as public.ecr.aws/docker/library/node:24-slim',
    )
    .meta({
      description:
        'Image that the artifact is laid upon, with a tag or a digest. It is read through the registry of the installation.',
    }),
  command: z
    .array(z.string().regex(/\S/, 'must not be blank').max(1024, 'must be at most 1024 characters long'))
    .min(1, 'must have at least the program')
    .meta({ description: 'Program and arguments that start the service, in the directory of the artifact.' }),
  port: wholeNumber(1, 65_535)
    .default(8080)
    .meta({ description: 'Port that the service listens on; it gets it as PORT as well.' }),
  cpuUnits: z
    .literal([256, 512, 1024, 2048, 4096], { error: 'must be 256, 512, 1024, 2048 or 4096' })
    .default(256)
    .meta({ description: 'CPU of one task, in units of 1/1024 of a core.' }),
  memoryMb: wholeNumber(512, 30_720).default(512).meta({ description: 'Memory of one task, in megabytes.' }),
  stopTimeoutSeconds: wholeNumber(2, 120)
    .default(30)
    .meta({ description: 'Time between the request to stop a task and its end by force, in seconds.' }),
});

/** Where the service runs. */
export const target = z.discriminatedUnion('type', [lambda, ecs.superRefine(memoryFitsCpu)], {
  error: wrongType('lambda or ecs'),
});

/** Fargate offers each size of CPU with some sizes of memory only: https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-cpu-memory-error.html */
const memoryOfCpu: Readonly<Record<number, readonly [lowest: number, highest: number]>> = {
  256: [512, 2_048],
  512: [1_024, 4_096],
  1_024: [2_048, 8_192],
  2_048: [4_096, 16_384],
  4_096: [8_192, 30_720],
};

function memoryFitsCpu({ cpuUnits, memoryMb }: z.output<typeof ecs>, context: z.RefinementCtx): void {
  const [lowest, highest] = memoryOfCpu[cpuUnits] ?? [0, Number.POSITIVE_INFINITY];
  // Out of all bounds it has its fault already.
  if (!Number.isInteger(memoryMb) || memoryMb < 512 || memoryMb > 30_720) return;
  const isOffered = memoryMb >= lowest && memoryMb <= highest && (memoryMb % 1_024 === 0 || memoryMb === 512);
  if (isOffered) return;
  const sizes = lowest === 512 ? '512, 1024 or 2048' : `a multiple of 1024 from ${lowest} to ${highest}`;
  const message = `must be ${sizes} with ${cpuUnits} cpuUnits: Fargate offers no other memory beside them`;
  context.addIssue({ code: 'custom', path: ['memoryMb'], message });
}
