import {
  ClientException,
  DescribeServicesCommand,
  DescribeTaskDefinitionCommand,
  RegisterTaskDefinitionCommand,
  UpdateServiceCommand,
  type Deployment,
  type ECSClient,
  type Service,
} from '@aws-sdk/client-ecs';
import type { TaskVersion } from '#domain/deployment/new-version.ts';
import { taskSecrets } from '#domain/deployment/task-secrets.ts';
import { Refusal } from '#domain/refusal.ts';
import type { EcsTarget } from '#domain/service/service.ts';
import type { Shift, TrafficShifter, TrafficStatus } from '#ports/traffic-shifter.ts';
import { absent, changedMeanwhile, nameOf, targetRefusal } from './target-refusal.ts';
import { isMadeOf, scalingOf, taskDefinitionFor } from './task-definition.ts';

/**
 * Moves traffic by ECS's own rolling update: the new version's tasks take the place of the old ones in batches, each only
 * when it is healthy. A version is a revision of the service's task definition, `<family>:<revision>`.
 *
 * ECS has no conditional update: whether somebody else moved traffic is looked at right before the move, and who moves in
 * between the two calls is not noticed.
 */
export class EcsTrafficShifter implements TrafficShifter<EcsTarget, TaskVersion> {
  readonly #clientFor: (target: EcsTarget) => ECSClient;

  constructor(clientFor: (target: EcsTarget) => ECSClient) {
    this.#clientFor = clientFor;
  }

  async prepare(target: EcsTarget, version: TaskVersion): Promise<string> {
    if (!version.artifactKey.endsWith(`@sha256:${version.artifactDigest}`)) throw otherImage(version);
    const service = await this.#service(target);
    const containerName = containerOf(target, service, version);
    const client = this.#clientFor(target);
    return this.#naming(target, async () => {
      // The latest of the family and not what runs: a stack that was updated registers a definition without releasing it.
      const taskDefinition = versionOf(service.taskDefinition).split(':')[0];
      const { taskDefinition: present, tags = [] } = await client.send(
        new DescribeTaskDefinitionCommand({ taskDefinition, include: ['TAGS'] }),
      );
      if (!present) throw absent(target);
      if (isMadeOf(version, tags)) return versionOf(present.taskDefinitionArn);
      const secrets = taskSecrets(version.secrets, placeOf(service));
      const { taskDefinition: made } = await client.send(
        new RegisterTaskDefinitionCommand(taskDefinitionFor(present, containerName, version, secrets)),
      );
      return versionOf(made?.taskDefinitionArn);
    });
  }

  async keeps(target: EcsTarget, version: string, made: TaskVersion): Promise<boolean> {
    return this.#naming(target, async () => {
      try {
        const { taskDefinition } = await this.#clientFor(target).send(
          new DescribeTaskDefinitionCommand({ taskDefinition: version }),
        );
        const images = (taskDefinition?.containerDefinitions ?? []).map(({ image }) => image);
        return taskDefinition?.status === 'ACTIVE' && images.includes(made.artifactKey);
      } catch (error) {
        // ECS's word for a definition that there is not.
        if (error instanceof ClientException) return false;
        throw error;
      }
    });
  }

  /** Every move is a deployment of the service, with an id of its own. */
  async revision(target: EcsTarget): Promise<string> {
    return primaryOf(target, await this.#service(target)).id ?? '';
  }

  async shift(target: EcsTarget, { version, percent, batchPercent = 100 }: Shift, revision: string): Promise<void> {
    if (percent !== 100) {
      throw new Refusal(
        'validation_error',
        `Target ${nameOf(target)} replaces tasks and cannot keep a version at ${percent} percent; use the strategy rolling or immediate.`,
      );
    }
    const client = this.#clientFor(target);
    const service = await this.#service(target);
    const primary = primaryOf(target, service);
    if (primary.id !== revision) throw changedMeanwhile(target);
    await this.#naming(target, async () => {
      const { tags = [] } = await client.send(
        new DescribeTaskDefinitionCommand({ taskDefinition: version, include: ['TAGS'] }),
      );
      const present = service.desiredCount ?? 0;
      const { minimum, maximum } = scalingOf(tags) ?? { minimum: present, maximum: present };
      const wanted = Math.min(Math.max(present, minimum), maximum);
      await client.send(
        new UpdateServiceCommand({
          cluster: target.cluster,
          service: target.serviceName,
          taskDefinition: version,
          // Left out where it is right: what scales the service may have changed it since it was read.
          ...(wanted !== present && { desiredCount: wanted }),
          // The same version again is a deployment only when it is asked for.
          forceNewDeployment: versionOf(primary.taskDefinition) === version,
          deploymentConfiguration: {
            minimumHealthyPercent: 100,
            maximumPercent: mostPercent(batchPercent, wanted),
            // Who deploys decides about going back; ECS only says that it gave up.
            deploymentCircuitBreaker: { enable: true, rollback: false },
          },
        }),
      );
    });
  }

  /** Weights on the way are by the tasks that run. ECS drops a deployment when its last task is drained and has stopped. */
  async status(target: EcsTarget): Promise<TrafficStatus> {
    const service = await this.#service(target);
    const primary = primaryOf(target, service);
    const deployments = service.deployments ?? [];
    const settled = deployments.length === 1 && primary.rolloutState === 'COMPLETED';
    const problem =
      primary.rolloutState === 'FAILED' ? (primary.rolloutStateReason ?? 'the deployment failed') : undefined;
    const weights = settled ? new Map([[versionOf(primary.taskDefinition), 100]]) : weightsOf(deployments);
    return { weights, settled, ...(problem !== undefined && { problem }) };
  }

  async #service(target: EcsTarget): Promise<Service> {
    const { cluster, serviceName } = target;
    const { services = [] } = await this.#naming(target, () =>
      this.#clientFor(target).send(new DescribeServicesCommand({ cluster, services: [serviceName] })),
    );
    const [service] = services;
    if (!service || service.status === 'INACTIVE') throw absent(target);
    if (service.deploymentController?.type === 'CODE_DEPLOY') throw ownedByCodeDeploy(target);
    return service;
  }

  async #naming<T>(target: EcsTarget, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (cause) {
      throw targetRefusal(target, cause);
    }
  }
}

function primaryOf(target: EcsTarget, { deployments = [] }: Service): Deployment {
  const primary = deployments.find(({ status }) => status === 'PRIMARY');
  if (!primary) throw absent(target);
  return primary;
}

/** The container that the load balancer sends to, which has to listen where that expects it. */
function containerOf(target: EcsTarget, { loadBalancers = [] }: Service, { port }: TaskVersion): string {
  const [balancer] = loadBalancers;
  if (balancer?.containerName === undefined) {
    throw new Refusal(
      'conflict',
      `Target ${nameOf(target)} is behind no load balancer. Make it with the ecs-service construct.`,
    );
  }
  if (balancer.containerPort === port) return balancer.containerName;
  throw new Refusal(
    'validation_error',
    `The load balancer of ${nameOf(target)} sends to port ${balancer.containerPort}, and target.port of service.yaml is ${port}; make them the same.`,
  );
}

/** `arn:<partition>:ecs:<region>:<account>:service/…`: its secrets lie where it runs. */
function placeOf({ serviceArn = '' }: Service) {
  const [, partition = '', , region = '', account = ''] = serviceArn.split(':');
  return { partition, region, account };
}

function weightsOf(deployments: readonly Deployment[]): ReadonlyMap<string, number> {
  const total = deployments.reduce((sum, { runningCount = 0 }) => sum + runningCount, 0);
  const running = new Map<string, number>();
  for (const { taskDefinition, runningCount = 0 } of deployments) {
    const version = versionOf(taskDefinition);
    running.set(version, (running.get(version) ?? 0) + runningCount);
  }
  return new Map(
    [...running].flatMap(([version, count]) =>
      count === 0 ? [] : [[version, Math.round((count * 10_000) / total) / 100]],
    ),
  );
}

/** Room for a batch, and always for one task: without any, nothing could ever be replaced. */
function mostPercent(batchPercent: number, tasks: number): number {
  return Math.max(100 + batchPercent, tasks === 0 ? 200 : Math.ceil((100 * (tasks + 1)) / tasks));
}

/** `family:revision` at the end of an ARN. */
function versionOf(arn: string | undefined): string {
  return (arn ?? '').slice((arn ?? '').lastIndexOf('/') + 1);
}

function otherImage({ artifactDigest, artifactKey }: TaskVersion): Refusal {
  return new Refusal(
    'artifact_verification_failed',
    `Artifact ${artifactDigest.slice(0, 12)} must not be released: ${artifactKey} names another image than was signed.`,
  );
}

function ownedByCodeDeploy(target: EcsTarget): Refusal {
  return new Refusal(
    'conflict',
    `Target ${nameOf(target)} was made for CodeDeploy, which this strategy does not use. Make the ECS service with the deployment controller ECS.`,
  );
}
