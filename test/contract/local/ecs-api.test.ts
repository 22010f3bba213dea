import {
  CreateClusterCommand,
  CreateServiceCommand,
  DeleteServiceCommand,
  DeregisterTaskDefinitionCommand,
  DescribeClustersCommand,
  DescribeServicesCommand,
  DescribeTaskDefinitionCommand,
  ListServicesCommand,
  ListTagsForResourceCommand,
  ListTaskDefinitionsCommand,
  RegisterTaskDefinitionCommand,
  RunTaskCommand,
  TagResourceCommand,
  UpdateServiceCommand,
  type RegisterTaskDefinitionCommandInput,
} from '@aws-sdk/client-ecs';
import { CreateTargetGroupCommand } from '@aws-sdk/client-elastic-load-balancing-v2';
import { describe, expect, test } from 'vitest';
import { aDefinition, aService, aTargetGroup, mostTimers, network, settled, startEcs, theService } from './ecs-host.ts';

const smallest: RegisterTaskDefinitionCommandInput = {
  family: 'greeter',
  networkMode: 'awsvpc',
  requiresCompatibilities: ['FARGATE'],
  cpu: '256',
  memory: '512',
  containerDefinitions: [{ name: 'service', image: 'well' }],
};

describe('task definitions', () => {
  test('are numbered, and the family stands for the latest active one', async () => {
    const { client } = startEcs();
    const describe = async (taskDefinition: string) =>
      (await client.send(new DescribeTaskDefinitionCommand({ taskDefinition }))).taskDefinition;
    await aDefinition(client, 'first');
    const second = await aDefinition(client, 'second');
    expect(second).toBe('arn:aws:ecs:eu-west-1:000000000000:task-definition/greeter:2');
    expect((await describe('greeter'))?.containerDefinitions?.[0]?.image).toBe('second');
    expect((await describe('greeter:1'))?.containerDefinitions?.[0]?.image).toBe('first');
    await client.send(new DeregisterTaskDefinitionCommand({ taskDefinition: second }));
    expect((await describe('greeter'))?.revision).toBe(1);
    expect(await describe(second)).toMatchObject({ status: 'INACTIVE', deregisteredAt: expect.any(Date) as Date });
    expect(await aDefinition(client)).toMatch(/greeter:3$/);
    const { taskDefinitionArns } = await client.send(
      new ListTaskDefinitionsCommand({ familyPrefix: 'greeter', sort: 'DESC' }),
    );
    expect(taskDefinitionArns?.map((arn) => arn.split('/')[1])).toEqual(['greeter:3', 'greeter:1']);
  });

  test('have tags, which are told only when they are asked for', async () => {
    const { client } = startEcs();
    const tags = [{ key: 'deployment-id', value: 'dep_1' }];
    const { taskDefinition } = await client.send(new RegisterTaskDefinitionCommand({ ...smallest, tags }));
    const resourceArn = taskDefinition?.taskDefinitionArn ?? '';
    await client.send(new TagResourceCommand({ resourceArn, tags: [{ key: 'team', value: 'a' }] }));
    const all = [...tags, { key: 'team', value: 'a' }];
    const plain = await client.send(new DescribeTaskDefinitionCommand({ taskDefinition: resourceArn }));
    expect(plain.tags).toBeUndefined();
    const tagged = await client.send(
      new DescribeTaskDefinitionCommand({ taskDefinition: resourceArn, include: ['TAGS'] }),
    );
    expect(tagged.tags).toEqual(all);
    expect((await client.send(new ListTagsForResourceCommand({ resourceArn }))).tags).toEqual(all);
  });

  const container = { name: 'service', image: 'well' };
  test.each([
    [
      'a size that Fargate does not have',
      { memory: '4096' },
      /No Fargate configuration exists for given values: 256 CPU, 4096 memory/,
    ],
    [
      'a secret under the name of a variable',
      {
        executionRoleArn: 'role',
        containerDefinitions: [
          {
            ...container,
            environment: [{ name: 'TOKEN', value: 'x' }],
            secrets: [{ name: 'TOKEN', valueFrom: 'arn' }],
          },
        ],
      },
      /'TOKEN'/,
    ],
    [
      'secrets without a role to read them',
      { containerDefinitions: [{ ...container, secrets: [{ name: 'TOKEN', valueFrom: 'arn' }] }] },
      /execution role/,
    ],
    ['two containers', { containerDefinitions: [container, { ...container, name: 'other' }] }, /exactly one container/],
    [
      'a health check of its container',
      { containerDefinitions: [{ ...container, healthCheck: { command: ['CMD', 'true'] } }] },
      /does not support containerDefinitions\.0\.healthCheck/,
    ],
  ])('with %s are refused', async (_what, changes, message) => {
    const { client } = startEcs();
    const command = new RegisterTaskDefinitionCommand({ ...smallest, ...(changes as object) });
    await expect(client.send(command)).rejects.toMatchObject({
      name: 'ClientException',
      message: expect.stringMatching(message) as string,
    });
  });

  test('that are not there cannot be described', async () => {
    const { client } = startEcs();
    await expect(client.send(new DescribeTaskDefinitionCommand({ taskDefinition: 'none' }))).rejects.toMatchObject({
      name: 'ClientException',
      message: 'Unable to describe task definition.',
    });
  });
});

describe('a service', () => {
  const create = {
    cluster: 'services',
    serviceName: 'greeter',
    taskDefinition: 'greeter',
    launchType: 'FARGATE',
    networkConfiguration: network,
  } as const;

  test('is refused in a cluster, with a definition or with a target group that is not there', async () => {
    const host = startEcs();
    await expect(host.client.send(new CreateServiceCommand(create))).rejects.toMatchObject({
      name: 'ClusterNotFoundException',
    });
    await host.client.send(new CreateClusterCommand({ clusterName: 'services' }));
    await expect(host.client.send(new CreateServiceCommand(create))).rejects.toMatchObject({
      name: 'ClientException',
      message: 'TaskDefinition not found.',
    });
    await aDefinition(host.client);
    const behind = (targetGroupArn: string, containerPort = 8080) => [
      { targetGroupArn, containerName: 'service', containerPort },
    ];
    const unused = await host.elb.send(
      new CreateTargetGroupCommand({ Name: 'unused', Protocol: 'HTTP', Port: 80, TargetType: 'ip' }),
    );
    const loadBalancers = behind(unused.TargetGroups?.[0]?.TargetGroupArn ?? '');
    await expect(host.client.send(new CreateServiceCommand({ ...create, loadBalancers }))).rejects.toMatchObject({
      name: 'InvalidParameterException',
      message: expect.stringContaining('does not have an associated load balancer') as string,
    });
    const group = await aTargetGroup(host.elb);
    await expect(
      host.client.send(new CreateServiceCommand({ ...create, loadBalancers: behind(group, 3000) })),
    ).rejects.toMatchObject({
      message: 'The container service did not have a container port 3000 defined.',
    });
  });

  test('is made once, and listed and described by name or ARN', async () => {
    const host = startEcs();
    await aService(host);
    await expect(host.client.send(new CreateServiceCommand(create))).rejects.toMatchObject({
      name: 'InvalidParameterException',
      message: 'Creation of service was not idempotent.',
    });
    const { serviceArns = [] } = await host.client.send(new ListServicesCommand({ cluster: 'services' }));
    expect(serviceArns).toEqual(['arn:aws:ecs:eu-west-1:000000000000:service/services/greeter']);
    const { services, failures } = await host.client.send(
      new DescribeServicesCommand({ cluster: 'services', services: [...serviceArns, 'other'] }),
    );
    expect(services?.map(({ serviceName }) => serviceName)).toEqual(['greeter']);
    expect(failures).toEqual([{ arn: expect.stringMatching(/services\/other$/) as string, reason: 'MISSING' }]);
    const { clusters } = await host.client.send(new DescribeClustersCommand({ clusters: ['services', 'none'] }));
    expect(clusters?.map(({ activeServicesCount }) => activeServicesCount)).toEqual([1]);
  });

  test('is deleted when it has no tasks, or by force, and ends them', async () => {
    const host = startEcs();
    await aService(host);
    await settled(host);
    const remove = (force: boolean) =>
      host.client.send(new DeleteServiceCommand({ cluster: 'services', service: 'greeter', force }));
    await expect(remove(false)).rejects.toMatchObject({
      message: 'The service cannot be stopped while the primary deployment is scaled above 0.',
    });
    expect((await remove(true)).service?.status).toBe('DRAINING');
    await host.clock.runUntil(async () => (await theService(host.client)).status === 'INACTIVE', mostTimers);
    expect(host.play.tasks.every(({ asked }) => asked.length > 0)).toBe(true);
    await expect(
      host.client.send(new UpdateServiceCommand({ cluster: 'services', service: 'greeter', desiredCount: 1 })),
    ).rejects.toMatchObject({ name: 'ServiceNotActiveException' });
  });

  test('that could never replace a task is refused', async () => {
    const host = startEcs();
    const deploymentConfiguration = { minimumHealthyPercent: 100, maximumPercent: 100 };
    await expect(aService(host, { deploymentConfiguration })).rejects.toMatchObject({
      name: 'InvalidParameterException',
      message: expect.stringContaining('will block deployments') as string,
    });
  });

  test('of CodeDeploy has task sets, and takes no new version from anybody else', async () => {
    const host = startEcs();
    await aService(host, { deploymentController: { type: 'CODE_DEPLOY' } });
    await host.clock.advance(1_000);
    const service = await theService(host.client);
    expect(service.deployments).toEqual([]);
    expect(service.taskSets).toMatchObject([{ status: 'PRIMARY', stabilityStatus: 'STEADY_STATE', runningCount: 2 }]);
    const update = (changes: object) =>
      host.client.send(new UpdateServiceCommand({ cluster: 'services', service: 'greeter', ...changes }));
    await expect(update({ taskDefinition: await aDefinition(host.client) })).rejects.toMatchObject({
      name: 'InvalidParameterException',
      message:
        'Unable to update task definition on services with a CODE_DEPLOY deployment controller. Use AWS CodeDeploy to trigger a new deployment.',
    });
    await expect(update({ forceNewDeployment: true })).rejects.toMatchObject({ name: 'InvalidParameterException' });
    await update({ desiredCount: 1 });
    await host.clock.advance(1_000);
    expect((await theService(host.client)).runningCount).toBe(1);
  });
});

test('an operation that is not there is refused by name', async () => {
  const { client } = startEcs();
  await expect(client.send(new RunTaskCommand({ taskDefinition: 'greeter' }))).rejects.toMatchObject({
    name: 'UnknownOperationException',
    message: expect.stringContaining('RunTask') as string,
  });
});
