import {
  CreateClusterCommand,
  CreateServiceCommand,
  DescribeServicesCommand,
  ECSClient,
  RegisterTaskDefinitionCommand,
  type CreateServiceCommandInput,
  type Deployment,
  type Service,
} from '@aws-sdk/client-ecs';
import {
  CreateListenerCommand,
  CreateLoadBalancerCommand,
  CreateRuleCommand,
  CreateTargetGroupCommand,
  DescribeTargetHealthCommand,
  ElasticLoadBalancingV2Client,
  ModifyTargetGroupAttributesCommand,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { onTestFinished } from 'vitest';
import type { DatabaseSync } from 'node:sqlite';
import { virtualClock, type VirtualClock } from '#local/clock.ts';
import { createGateway } from '#local/gateway/gateway.ts';
import { TaskNotStarted, type LaunchTask, type TaskToLaunch } from '#local/services/ecs/launch-task.ts';
import { createEcs } from '#local/services/ecs/create-ecs.ts';
import type { CheckResult } from '#local/services/elbv2/check-target.ts';
import { createElbV2 } from '#local/services/elbv2/create-elbv2.ts';
import { openStore } from '#local/store.ts';
import { against } from '#test/support/clients.ts';

/** A task that a test plays: it lives until it is told to end, and takes that well or not. */
export interface PlayedTask extends TaskToLaunch {
  readonly port: number;
  /** What was asked of it, in order. */
  readonly asked: ('terminate' | 'kill')[];
  end(exitCode: number): void;
}

interface Play {
  /** By image: `fails` cannot be started, `crashes` ends with code 1 at once, `stubborn` ends only by force. */
  readonly tasks: PlayedTask[];
  /** What a health check finds at a port; well unless set. */
  readonly health: Map<number, CheckResult>;
  /** Versions whose health checks fail. */
  readonly sick: Set<string>;
}

/** The local ECS and Elastic Load Balancing on a virtual clock, with tasks and health that the test plays. */
export function startEcs(earlier?: { readonly store: DatabaseSync; readonly clock: VirtualClock }) {
  const clock = earlier?.clock ?? virtualClock();
  const store = earlier?.store ?? openStore(':memory:');
  const play: Play = { tasks: [], health: new Map(), sick: new Set() };
  const balancing = createElbV2({
    store,
    clock,
    check: ({ port }) => {
      const { version = '' } = play.tasks.find((task) => task.port === port) ?? {};
      const usual: CheckResult = play.sick.has(version) ? { kind: 'code', code: 503 } : { kind: 'well' };
      return Promise.resolve(play.health.get(port) ?? usual);
    },
  });
  const unused = () => Promise.reject(new Error('Tasks are played.'));
  const ecs = createEcs({
    store,
    clock,
    directory: '/nowhere',
    balancing,
    images: { describeImage: unused, unpackImage: unused },
    secrets: { secretsManager: () => '', parameterStore: () => '' },
    logs: { put: () => undefined },
    environment: {},
    launch: launcher(play),
  });
  const gateway = createGateway([ecs, balancing]);
  const close = async (): Promise<void> => {
    await ecs.close();
    balancing.close();
  };
  onTestFinished(close);
  return {
    clock,
    store,
    play,
    balancing,
    ecs,
    close,
    client: new ECSClient(against(gateway)),
    elb: new ElasticLoadBalancingV2Client(against(gateway)),
  };
}

export type EcsUnderTest = ReturnType<typeof startEcs>;

/** Enough for any of these tests; one that waits for what never comes ends soon. */
export const mostTimers = 2_000;

let nextPort = 20_000;

function launcher({ tasks }: Play): LaunchTask {
  return async (task) => {
    const { image } = task.container;
    if (image === 'fails') throw new TaskNotStarted('CannotPullContainerError: fails is not there');
    const { promise, resolve } = Promise.withResolvers<{ exitCode: number }>();
    const played: PlayedTask = {
      ...task,
      port: nextPort++,
      asked: [],
      end: (exitCode) => resolve({ exitCode }),
    };
    tasks.push(played);
    if (image === 'crashes') played.end(1);
    return {
      port: played.port,
      imageDigest: 'sha256:0',
      ended: promise,
      terminate() {
        played.asked.push('terminate');
        if (image !== 'stubborn') played.end(0);
      },
      kill() {
        played.asked.push('kill');
        played.end(137);
      },
    };
  };
}

export const network = { awsvpcConfiguration: { subnets: ['subnet-1'] } };

/** A revision of the family `greeter`, listening on 8080. */
export async function aDefinition(
  client: ECSClient,
  image = 'well',
  more: { stopTimeout?: number } = {},
): Promise<string> {
  const { taskDefinition } = await client.send(
    new RegisterTaskDefinitionCommand({
      family: 'greeter',
      networkMode: 'awsvpc',
      requiresCompatibilities: ['FARGATE'],
      cpu: '256',
      memory: '512',
      containerDefinitions: [{ name: 'service', image, portMappings: [{ containerPort: 8080 }], ...more }],
    }),
  );
  return taskDefinition?.taskDefinitionArn ?? '';
}

/** A target group behind the rule of `greeter.staging.localhost`. */
export async function aTargetGroup(
  elb: ElasticLoadBalancingV2Client,
  { delaySeconds = 300, host = 'greeter.staging.localhost', name = 'greeter' } = {},
): Promise<string> {
  const { TargetGroups } = await elb.send(
    new CreateTargetGroupCommand({
      Name: name,
      Protocol: 'HTTP',
      Port: 8080,
      VpcId: 'vpc-1',
      TargetType: 'ip',
      HealthCheckIntervalSeconds: 5,
      HealthCheckTimeoutSeconds: 2,
      HealthyThresholdCount: 2,
      UnhealthyThresholdCount: 2,
    }),
  );
  const group = TargetGroups?.[0]?.TargetGroupArn ?? '';
  await elb.send(
    new ModifyTargetGroupAttributesCommand({
      TargetGroupArn: group,
      Attributes: [{ Key: 'deregistration_delay.timeout_seconds', Value: String(delaySeconds) }],
    }),
  );
  const { LoadBalancers } = await elb.send(new CreateLoadBalancerCommand({ Name: 'shared', Subnets: ['a', 'b'] }));
  const { Listeners } = await elb.send(
    new CreateListenerCommand({
      LoadBalancerArn: LoadBalancers?.[0]?.LoadBalancerArn,
      Protocol: 'HTTP',
      Port: 80,
      DefaultActions: [{ Type: 'fixed-response', FixedResponseConfig: { StatusCode: '404' } }],
    }),
  );
  await elb.send(
    new CreateRuleCommand({
      ListenerArn: Listeners?.[0]?.ListenerArn,
      Priority: 10 + host.length,
      Conditions: [{ Field: 'host-header', HostHeaderConfig: { Values: [host] } }],
      Actions: [{ Type: 'forward', TargetGroupArn: group }],
    }),
  );
  return group;
}

/** The service `greeter` in the cluster `services`, on a first definition. */
export async function aService(
  { client }: EcsUnderTest,
  changes: Partial<CreateServiceCommandInput> & { readonly group?: string } = {},
): Promise<void> {
  const { group, ...more } = changes;
  await client.send(new CreateClusterCommand({ clusterName: 'services' }));
  await client.send(
    new CreateServiceCommand({
      cluster: 'services',
      serviceName: 'greeter',
      taskDefinition: more.taskDefinition ?? (await aDefinition(client)),
      launchType: 'FARGATE',
      desiredCount: 2,
      networkConfiguration: network,
      ...(group && { loadBalancers: [{ targetGroupArn: group, containerName: 'service', containerPort: 8080 }] }),
      ...more,
    }),
  );
}

export async function theService(client: ECSClient): Promise<Service> {
  const { services } = await client.send(new DescribeServicesCommand({ cluster: 'services', services: ['greeter'] }));
  const [service] = services ?? [];
  if (!service) throw new Error('There is no service.');
  return service;
}

export async function primaryOf(client: ECSClient): Promise<Deployment> {
  const primary = (await theService(client)).deployments?.find(({ status }) => status === 'PRIMARY');
  if (!primary) throw new Error('There is no primary deployment.');
  return primary;
}

/** Moves time on until the primary deployment is no longer in progress; the state it then has. */
export async function settled({ client, clock }: Pick<EcsUnderTest, 'client' | 'clock'>): Promise<string> {
  await clock.runUntil(async () => (await primaryOf(client)).rolloutState !== 'IN_PROGRESS', mostTimers);
  return (await primaryOf(client)).rolloutState ?? '';
}

export async function healthIn(elb: ElasticLoadBalancingV2Client, group: string): Promise<readonly string[]> {
  const { TargetHealthDescriptions } = await elb.send(new DescribeTargetHealthCommand({ TargetGroupArn: group }));
  return (TargetHealthDescriptions ?? []).map(({ TargetHealth }) => TargetHealth?.State ?? '');
}
