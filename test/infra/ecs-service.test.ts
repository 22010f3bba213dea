import { Stack } from 'aws-cdk-lib';
import { Vpc } from 'aws-cdk-lib/aws-ec2';
import { Cluster } from 'aws-cdk-lib/aws-ecs';
import { ApplicationLoadBalancer, ListenerAction } from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import { expect, it } from 'vitest';
import { EcsService } from '#infra/constructs/ecs-service.ts';
import { allowedBy, pairsOf, statementsIn } from './policies.ts';
import { arnOf, ofType, resourcesOf, synthesize, type Resource } from './synthesized.ts';

const released = { account: '111111111111', region: 'eu-west-1' };

function greeterStack(
  changes: { scaling?: { minimum: number; maximum: number }; ownCluster?: boolean; port?: number } = {},
) {
  const { ownCluster = false, ...props } = changes;
  return resourcesOf(
    synthesize((app) => {
      const stack = new Stack(app, 'greeter', { env: { account: '222222222222', region: 'eu-west-1' } });
      const vpc = new Vpc(stack, 'Vpc', { maxAzs: 2 });
      const listener = new ApplicationLoadBalancer(stack, 'Balancer', { vpc }).addListener('Http', {
        port: 80,
        defaultAction: ListenerAction.fixedResponse(404),
      });
      const made = new EcsService(stack, 'Service', {
        service: 'greeter',
        environment: 'staging',
        deploymentService: released,
        vpc,
        listener,
        priority: 10,
        host: 'greeter.staging.example.com',
        ...(!ownCluster && { cluster: new Cluster(stack, 'Cluster', { clusterName: 'services', vpc }) }),
        ...props,
      });
      expect(made.node.validate()).toEqual([]);
    }),
  );
}

function theOne(resources: readonly Resource[], type: string): Resource {
  const found = resources.filter((each) => each.type === type);
  expect(found).toHaveLength(1);
  return found[0] as Resource;
}

function roleNamed(resources: readonly Resource[], part: string): Resource {
  const found = resources.find(({ type, id }) => type === 'AWS::IAM::Role' && id.includes(part));
  if (!found) throw new Error(`There is no role ${part}.`);
  return found;
}

it('the deploy role allows what a release does, to this service and family', () => {
  const resources = greeterStack();
  const cluster = theOne(resources, 'AWS::ECS::Cluster');
  const ecs = 'arn:aws:ecs:eu-west-1:222222222222';
  const service = `${ecs}:service/greeter/${cluster.id}/greeter-staging`;
  const statements = allowedBy(roleNamed(resources, 'DeployRole'), resources);
  expect([...pairsOf(statements)].toSorted()).toEqual(
    [
      `ecs:DescribeServices on ${service}`,
      `ecs:UpdateService on ${service}`,
      `ecs:RegisterTaskDefinition on ${ecs}:task-definition/greeter-staging:*`,
      `ecs:TagResource on ${ecs}:task-definition/greeter-staging:*`,
      'ecs:DescribeTaskDefinition on *',
      `iam:PassRole on ${arnOf(roleNamed(resources, 'TaskRole'))}`,
      `iam:PassRole on ${arnOf(roleNamed(resources, 'ExecutionRole'))}`,
    ].toSorted(),
  );
  const conditionOf = (action: string) => statements.find(({ Action }) => Action.includes(action))?.Condition;
  expect(conditionOf('iam:PassRole')).toEqual({ StringEquals: { 'iam:PassedToService': 'ecs-tasks.amazonaws.com' } });
  expect(conditionOf('ecs:TagResource')).toEqual({ StringEquals: { 'ecs:CreateAction': 'RegisterTaskDefinition' } });
});

it('the deploy role trusts the functions that release, by names that these really have', () => {
  const trust = statementsIn([roleNamed(greeterStack(), 'DeployRole')]).map(({ statement }) => statement.Condition);
  const trusted = JSON.stringify(trust).match(/arn:aws:iam::[^"]+/g) ?? [];
  expect(trusted.length).toBeGreaterThan(0);
  const names = ofType('AWS::IAM::Role').map(({ properties }) => properties['RoleName']);
  for (const arn of trusted) {
    expect(arn).toMatch(/^arn:aws:iam::111111111111:role\//);
    expect(names).toContain(arn.split('/').at(-1));
  }
});

it('a task starts with its own image, log and secrets, and with nobody else’s', () => {
  const resources = greeterStack();
  const here = 'eu-west-1:222222222222';
  const log = arnOf(theOne(resources, 'AWS::Logs::LogGroup'));
  const repository = 'arn:aws:ecr:eu-west-1:111111111111:repository/deployment-service/greeter';
  expect([...pairsOf(allowedBy(roleNamed(resources, 'ExecutionRole'), resources))].toSorted()).toEqual(
    [
      `ecr:BatchCheckLayerAvailability on ${repository}`,
      `ecr:BatchGetImage on ${repository}`,
      `ecr:GetDownloadUrlForLayer on ${repository}`,
      'ecr:GetAuthorizationToken on *',
      `secretsmanager:GetSecretValue on arn:aws:secretsmanager:${here}:secret:greeter/*`,
      `ssm:GetParameters on arn:aws:ssm:${here}:parameter/greeter/*`,
      `logs:CreateLogStream on ${log}`,
      `logs:PutLogEvents on ${log}`,
    ].toSorted(),
  );
  expect(allowedBy(roleNamed(resources, 'TaskRole'), resources)).toEqual([]);
});

it('the service names the family and no revision, and no count, so that releases stay as they are', () => {
  const { properties } = theOne(greeterStack(), 'AWS::ECS::Service');
  expect(properties).toMatchObject({
    ServiceName: 'greeter-staging',
    TaskDefinition: 'greeter-staging',
    LaunchType: 'FARGATE',
    DeploymentController: { Type: 'ECS' },
    DeploymentConfiguration: {
      MinimumHealthyPercent: 100,
      MaximumPercent: 200,
      DeploymentCircuitBreaker: { Enable: true, Rollback: false },
    },
    LoadBalancers: [{ ContainerName: 'service', ContainerPort: 8080 }],
  });
  expect(properties).not.toHaveProperty('DesiredCount');
});

it('the placeholder runs on ARM, logs, and listens where the load balancer asks', () => {
  const { properties } = theOne(greeterStack({ port: 3000 }), 'AWS::ECS::TaskDefinition');
  expect(properties).toMatchObject({
    Family: 'greeter-staging',
    NetworkMode: 'awsvpc',
    RequiresCompatibilities: ['FARGATE'],
    RuntimePlatform: { CpuArchitecture: 'ARM64', OperatingSystemFamily: 'LINUX' },
    ContainerDefinitions: [
      {
        Name: 'service',
        Image: 'public.ecr.aws/docker/library/node:24-slim',
        Environment: [{ Name: 'PORT', Value: '3000' }],
        PortMappings: [{ ContainerPort: 3000, Protocol: 'tcp' }],
        LogConfiguration: { LogDriver: 'awslogs' },
      },
    ],
  });
});

it('requests for the host go to the targets, which have time to end them when they go', () => {
  const resources = greeterStack();
  const group = theOne(resources, 'AWS::ElasticLoadBalancingV2::TargetGroup');
  expect(group.properties).toMatchObject({
    TargetType: 'ip',
    HealthCheckPath: '/',
    Matcher: { HttpCode: '200-499' },
    TargetGroupAttributes: expect.arrayContaining([
      { Key: 'deregistration_delay.timeout_seconds', Value: '30' },
    ]) as unknown,
  });
  expect(theOne(resources, 'AWS::ElasticLoadBalancingV2::ListenerRule').properties).toMatchObject({
    Priority: 10,
    Conditions: [{ Field: 'host-header', HostHeaderConfig: { Values: ['greeter.staging.example.com'] } }],
    Actions: [{ Type: 'forward', TargetGroupArn: `greeter/${group.id}` }],
  });
});

it('has a cluster of its own where none is given, and follows the load only within given bounds', () => {
  const plain = greeterStack();
  expect(plain.filter(({ type }) => type.startsWith('AWS::ApplicationAutoScaling'))).toEqual([]);
  const resources = greeterStack({ ownCluster: true, scaling: { minimum: 2, maximum: 6 } });
  expect(theOne(resources, 'AWS::ECS::Cluster').properties).toMatchObject({ ClusterName: 'greeter-staging' });
  expect(theOne(resources, 'AWS::ApplicationAutoScaling::ScalableTarget').properties).toMatchObject({
    MinCapacity: 2,
    MaxCapacity: 6,
  });
});
