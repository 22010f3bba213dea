import * as z from 'zod';
import type { Operation } from '#local/gateway/json-service.ts';
import { parseInput } from '#local/gateway/parse-input.ts';
import { clusterOf } from './cluster-operations.ts';
import {
  clusterArn,
  containerArn,
  definitionReference,
  invalidParameter,
  nameIn,
  serviceArn,
  taskArn,
} from './ecs-arn.ts';
import type { EcsContext } from './ecs-context.ts';
import type { Task, TaskDefinition } from './records.ts';

const listInput = z.strictObject({
  cluster: z.string().optional(),
  serviceName: z.string().optional(),
  family: z.string().optional(),
  startedBy: z.string().optional(),
  desiredStatus: z.enum(['RUNNING', 'STOPPED']).default('RUNNING'),
  launchType: z.literal('FARGATE').optional(),
  maxResults: z.int().min(1).max(100).default(100),
  nextToken: z.string().regex(/^\d+$/).optional(),
});
const describeInput = z.strictObject({
  cluster: z.string().optional(),
  tasks: z.array(z.string()).min(1).max(100),
  include: z.array(z.literal('TAGS')).optional(),
});
const stopInput = z.strictObject({
  cluster: z.string().optional(),
  task: z.string(),
  reason: z.string().max(255).optional(),
});

/** Stopped tasks are told of for an hour, as on AWS. */
const KEPT_MS = 60 * 60 * 1000;

export function taskOperations({ records, clock, scheduler }: EcsContext): Record<string, Operation> {
  const parse = <S extends z.ZodType>(schema: S, input: unknown) =>
    parseInput(schema, input, 'InvalidParameterException');
  const described = (task: Task) => describedTask(task, records.definition(definitionReference(task.definition)));
  const find = (cluster: string, reference: string): Task | undefined => {
    const arn = taskArn(cluster, nameIn(reference));
    // What is alive is told from memory, so that nothing is older than what was just done.
    return scheduler.host.alive().find((task) => task.arn === arn) ?? records.task(arn);
  };

  return {
    ListTasks(input) {
      const wanted = parse(listInput, input);
      const cluster = clusterOf(records, wanted.cluster);
      records.forgetStopped(clock.now() - KEPT_MS);
      const service = wanted.serviceName === undefined ? undefined : serviceArn(cluster, nameIn(wanted.serviceName));
      const arns = records
        .tasks()
        .filter(
          (task) =>
            task.cluster === cluster &&
            task.desiredStatus === wanted.desiredStatus &&
            (service === undefined || task.service === service) &&
            (wanted.startedBy === undefined || task.deploymentId === wanted.startedBy) &&
            (wanted.family === undefined || definitionReference(task.definition).family === wanted.family),
        )
        .map(({ arn }) => arn);
      const from = Number(wanted.nextToken ?? '0');
      const more = from + wanted.maxResults < arns.length;
      return {
        taskArns: arns.slice(from, from + wanted.maxResults),
        ...(more && { nextToken: String(from + wanted.maxResults) }),
      };
    },
    DescribeTasks(input) {
      const wanted = parse(describeInput, input);
      const cluster = clusterOf(records, wanted.cluster);
      const found = wanted.tasks.map((reference) => find(cluster, reference));
      return {
        tasks: found.flatMap((task) => (task ? [described(task)] : [])),
        failures: wanted.tasks
          .filter((_, index) => !found[index])
          .map((reference) => ({ arn: taskArn(cluster, nameIn(reference)), reason: 'MISSING' })),
      };
    },
    StopTask(input) {
      const { cluster: reference, task: wanted, reason } = parse(stopInput, input);
      const task = find(clusterOf(records, reference), wanted);
      if (!task) throw invalidParameter('The referenced task was not found.');
      scheduler.host.stop(task, reason ?? 'Task stopped by user', 'UserInitiated');
      scheduler.poke(task.service);
      return { task: described(task) };
    },
  };
}

function describedTask(task: Task, definition: TaskDefinition | undefined) {
  const seconds = (milliseconds: number | undefined) => (milliseconds === undefined ? undefined : milliseconds / 1000);
  const shape = definition?.shape;
  return {
    taskArn: task.arn,
    clusterArn: clusterArn(task.cluster),
    taskDefinitionArn: task.definition,
    group: `service:${nameIn(task.service)}`,
    startedBy: task.deploymentId,
    launchType: 'FARGATE',
    platformVersion: '1.4.0',
    platformFamily: 'Linux',
    cpu: shape?.cpu,
    memory: shape?.memory,
    lastStatus: task.lastStatus,
    desiredStatus: task.desiredStatus,
    healthStatus: 'UNKNOWN',
    connectivity: task.port === undefined ? undefined : 'CONNECTED',
    createdAt: seconds(task.createdMs),
    startedAt: seconds(task.startedMs),
    stoppingAt: seconds(task.stoppingMs),
    stoppedAt: seconds(task.stoppedMs),
    stoppedReason: task.stoppedReason,
    stopCode: task.stopCode,
    attachments: [],
    attributes: [],
    containers: (shape?.containerDefinitions ?? []).map((container) => ({
      containerArn: containerArn(task.cluster, task.id, container.name),
      taskArn: task.arn,
      name: container.name,
      image: container.image,
      imageDigest: task.imageDigest,
      lastStatus: task.lastStatus === 'STOPPED' ? 'STOPPED' : task.lastStatus === 'PENDING' ? 'PENDING' : 'RUNNING',
      exitCode: task.exitCode,
      healthStatus: 'UNKNOWN',
      networkInterfaces: [],
      networkBindings:
        task.port === undefined
          ? []
          : (container.portMappings ?? []).slice(0, 1).map(({ containerPort }) => ({
              bindIP: '127.0.0.1',
              containerPort,
              hostPort: task.port,
              protocol: 'tcp',
            })),
    })),
    overrides: { containerOverrides: [] },
    version: 1,
    tags: [],
  };
}
