import { createHash } from 'node:crypto';
import {
  CreateClusterCommand,
  CreateServiceCommand,
  DescribeServicesCommand,
  DescribeTaskDefinitionCommand,
  ECSClient,
  RegisterTaskDefinitionCommand,
} from '@aws-sdk/client-ecs';
import {
  CreateListenerCommand,
  CreateLoadBalancerCommand,
  CreateRuleCommand,
  CreateTargetGroupCommand,
  DescribeRulesCommand,
  ElasticLoadBalancingV2Client,
  ModifyRuleCommand,
  ModifyTargetGroupAttributesCommand,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { registryShape } from '#schemas/registry.ts';
import { taskServiceShape } from '#schemas/task-service-shape.ts';
import type { ClientOptions } from './client-options.ts';
import { account, names, region } from './names.ts';

/** The ECS service of one environment. */
export interface TaskTarget {
  readonly cluster: string;
  readonly serviceName: string;
  readonly controller: 'ecs' | 'codedeploy';
}

const role = `arn:aws:iam::${account}:role/local`;

/**
 * What a team's own stack does in AWS with the `ecs-service` construct: cluster, target group, the rule of the host name, and
 * a service that runs a placeholder. What exists is left alone.
 */
export async function openTaskTarget(options: ClientOptions, host: string, target: TaskTarget): Promise<void> {
  const client = new ECSClient(options);
  const { cluster, serviceName, controller } = target;
  await client.send(new CreateClusterCommand({ clusterName: cluster }));
  const targetGroupArn = await putTargetGroup(
    new ElasticLoadBalancingV2Client(options),
    host,
    `${cluster}/${serviceName}`,
  );
  const { services = [] } = await client.send(new DescribeServicesCommand({ cluster, services: [serviceName] }));
  if (services.some(({ status }) => status !== 'INACTIVE')) return;
  const { containerName, port, graceSeconds } = taskServiceShape;
  await client.send(
    new CreateServiceCommand({
      cluster,
      serviceName,
      taskDefinition: await placeholderOf(client, serviceName),
      launchType: 'FARGATE',
      desiredCount: 1,
      deploymentController: { type: controller === 'ecs' ? 'ECS' : 'CODE_DEPLOY' },
      networkConfiguration: { awsvpcConfiguration: { subnets: ['local'] } },
      loadBalancers: [{ targetGroupArn, containerName, containerPort: port }],
      healthCheckGracePeriodSeconds: graceSeconds,
    }),
  );
}

/** The family's latest definition, which may be a released one, or else a placeholder. */
async function placeholderOf(client: ECSClient, family: string): Promise<string> {
  try {
    await client.send(new DescribeTaskDefinitionCommand({ taskDefinition: family }));
    return family;
  } catch (error) {
    if (!(error instanceof Error) || error.name !== 'ClientException') throw error;
  }
  const { containerName, port, placeholderImage, placeholderCommand, cpuUnits, memoryMb } = taskServiceShape;
  await client.send(
    new RegisterTaskDefinitionCommand({
      family,
      taskRoleArn: role,
      executionRoleArn: role,
      networkMode: 'awsvpc',
      requiresCompatibilities: ['FARGATE'],
      cpu: String(cpuUnits),
      memory: String(memoryMb),
      runtimePlatform: {
        cpuArchitecture: process.arch === 'x64' ? 'X86_64' : 'ARM64',
        operatingSystemFamily: 'LINUX',
      },
      containerDefinitions: [
        {
          name: containerName,
          image: `${names.imageRegistry}/${registryShape.basePrefix}/${placeholderImage}`,
          command: [...placeholderCommand],
          environment: [{ name: 'PORT', value: String(port) }],
          portMappings: [{ containerPort: port }],
          logConfiguration: {
            logDriver: 'awslogs',
            options: {
              'awslogs-group': `/services/${family}`,
              'awslogs-region': region,
              'awslogs-stream-prefix': 'tasks',
            },
          },
        },
      ],
    }),
  );
  return family;
}

async function putTargetGroup(client: ElasticLoadBalancingV2Client, host: string, place: string): Promise<string> {
  const { port, healthCheck, deregistrationDelaySeconds } = taskServiceShape;
  const { TargetGroups: [group] = [] } = await client.send(
    new CreateTargetGroupCommand({
      Name: groupName(host, place),
      Protocol: 'HTTP',
      Port: port,
      VpcId: 'local',
      TargetType: 'ip',
      HealthCheckPath: healthCheck.path,
      HealthCheckIntervalSeconds: healthCheck.intervalSeconds,
      HealthCheckTimeoutSeconds: healthCheck.timeoutSeconds,
      HealthyThresholdCount: healthCheck.healthyThreshold,
      UnhealthyThresholdCount: healthCheck.unhealthyThreshold,
      Matcher: { HttpCode: healthCheck.codes },
    }),
  );
  const TargetGroupArn = group?.TargetGroupArn ?? '';
  const Attributes = [{ Key: 'deregistration_delay.timeout_seconds', Value: String(deregistrationDelaySeconds) }];
  await client.send(new ModifyTargetGroupAttributesCommand({ TargetGroupArn, Attributes }));
  await putRule(client, host, TargetGroupArn);
  return TargetGroupArn;
}

async function putRule(client: ElasticLoadBalancingV2Client, host: string, TargetGroupArn: string): Promise<void> {
  const { LoadBalancers: [balancer] = [] } = await client.send(
    new CreateLoadBalancerCommand({ Name: 'services', Subnets: ['local'] }),
  );
  const { Listeners: [listener] = [] } = await client.send(
    new CreateListenerCommand({
      LoadBalancerArn: balancer?.LoadBalancerArn,
      Protocol: 'HTTP',
      Port: 80,
      DefaultActions: [{ Type: 'fixed-response', FixedResponseConfig: { StatusCode: '404' } }],
    }),
  );
  const ListenerArn = listener?.ListenerArn;
  for (;;) {
    const { Rules = [] } = await client.send(new DescribeRulesCommand({ ListenerArn }));
    const present = Rules.find(({ Conditions = [] }) => Conditions.some(({ Values = [] }) => Values.includes(host)));
    if (present) {
      // Its environment may have been given another ECS service since.
      await client.send(
        new ModifyRuleCommand({ RuleArn: present.RuleArn, Actions: [{ Type: 'forward', TargetGroupArn }] }),
      );
      return;
    }
    const last = Math.max(0, ...Rules.filter(({ IsDefault }) => !IsDefault).map(({ Priority }) => Number(Priority)));
    try {
      await client.send(
        new CreateRuleCommand({
          ListenerArn,
          Priority: last + 1,
          Conditions: [{ Field: 'host-header', HostHeaderConfig: { Values: [host] } }],
          Actions: [{ Type: 'forward', TargetGroupArn }],
        }),
      );
      return;
    } catch (error) {
      // The target of another service took the number in the same moment.
      if (!(error instanceof Error) || error.name !== 'PriorityInUseException') throw error;
    }
  }
}

/** A target group's name has 32 characters at most; what it stands for may have more. */
function groupName(host: string, place: string): string {
  const digest = createHash('sha256').update(`${host} ${place}`).digest('hex').slice(0, 8);
  const readable = host
    .replace(/\.localhost$/, '')
    .replaceAll(/[^A-Za-z0-9-]/g, '-')
    .slice(0, 22)
    .replace(/-+$/, '');
  return `${readable}-${digest}`;
}
