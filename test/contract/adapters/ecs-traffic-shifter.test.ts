import {
  DeleteServiceCommand,
  DeregisterTaskDefinitionCommand,
  DescribeServicesCommand,
  DescribeTaskDefinitionCommand,
  ECSClient,
  ListTaskDefinitionsCommand,
  RegisterTaskDefinitionCommand,
  UpdateServiceCommand,
} from '@aws-sdk/client-ecs';
import { mockClient } from 'aws-sdk-client-mock';
import { describe, expect, test } from 'vitest';
import { EcsTrafficShifter } from '#adapters/ecs/traffic-shifter.ts';
import type { TaskVersion } from '#domain/deployment/new-version.ts';
import type { EcsTarget } from '#domain/service/service.ts';
import {
  aService,
  aTargetGroup,
  mostTimers,
  primaryOf,
  settled,
  startEcs,
  theService,
  type EcsUnderTest,
} from '../local/ecs-host.ts';

const target: EcsTarget = {
  kind: 'ecs',
  cluster: 'services',
  serviceName: 'greeter',
  controller: 'ecs',
  url: 'http://greeter.staging.localhost',
};

const digest = (letter: string) => letter.repeat(64);
const imageOf = (letter: string) =>
  `000000000000.dkr.ecr.eu-west-1.amazonaws.com/deployment-service/greeter@sha256:${digest(letter)}`;

function aVersion(changes: Partial<TaskVersion> = {}, letter = 'a'): TaskVersion {
  return {
    kind: 'ecs',
    artifactDigest: digest(letter),
    artifactKey: imageOf(letter),
    command: ['node', 'server.js'],
    port: 8080,
    cpuUnits: 512,
    memoryMb: 1024,
    stopTimeoutSeconds: 25,
    variables: { GREETING: 'hello' },
    secrets: {},
    deploymentId: 'dep_1',
    description: 'a by dep_1',
    ...changes,
  };
}

/** A service as the stack of a team makes it: a placeholder behind a load balancer, with roles and a log group. */
async function aTarget(desiredCount = 2): Promise<EcsUnderTest & { shifter: EcsTrafficShifter }> {
  const host = startEcs();
  const group = await aTargetGroup(host.elb);
  const taskDefinition = await thePlaceholder(host.client);
  await aService(host, { group, desiredCount, taskDefinition, healthCheckGracePeriodSeconds: 60 });
  await settled(host);
  return { ...host, shifter: new EcsTrafficShifter(() => host.client) };
}

async function thePlaceholder(client: ECSClient, taskRole = 'task'): Promise<string> {
  const { taskDefinition } = await client.send(
    new RegisterTaskDefinitionCommand({
      family: 'greeter-staging',
      taskRoleArn: `arn:aws:iam::000000000000:role/${taskRole}`,
      executionRoleArn: 'arn:aws:iam::000000000000:role/execution',
      networkMode: 'awsvpc',
      requiresCompatibilities: ['FARGATE'],
      cpu: '256',
      memory: '512',
      runtimePlatform: { cpuArchitecture: 'ARM64', operatingSystemFamily: 'LINUX' },
      containerDefinitions: [
        {
          name: 'service',
          image: 'placeholder',
          entryPoint: ['node'],
          command: ['-e', 'placeholder'],
          environment: [{ name: 'PLACEHOLDER', value: 'yes' }],
          portMappings: [{ containerPort: 8080 }],
          logConfiguration: { logDriver: 'awslogs', options: { 'awslogs-group': '/services/greeter' } },
        },
      ],
    }),
  );
  return taskDefinition?.taskDefinitionArn ?? '';
}

async function released(host: EcsUnderTest & { shifter: EcsTrafficShifter }, version: TaskVersion): Promise<string> {
  const name = await host.shifter.prepare(target, version);
  await host.shifter.shift(target, { version: name, percent: 100 }, await host.shifter.revision(target));
  await host.clock.runUntil(async () => (await host.shifter.status(target)).settled, mostTimers);
  return name;
}

describe('preparing a version', () => {
  test('makes a revision with what belongs to a release, and keeps what belongs to the stack', async () => {
    const { client, shifter } = await aTarget();
    const secrets = { TOKEN: 'secretsmanager:greeter/api#token', LEVEL: 'ssm:/greeter/level' };
    const version = await shifter.prepare(target, aVersion({ secrets }));
    expect(version).toBe('greeter-staging:2');
    const { taskDefinition } = await client.send(new DescribeTaskDefinitionCommand({ taskDefinition: version }));
    expect(taskDefinition).toMatchObject({
      taskRoleArn: 'arn:aws:iam::000000000000:role/task',
      executionRoleArn: 'arn:aws:iam::000000000000:role/execution',
      networkMode: 'awsvpc',
      requiresCompatibilities: ['FARGATE'],
      runtimePlatform: { cpuArchitecture: 'ARM64', operatingSystemFamily: 'LINUX' },
      cpu: '512',
      memory: '1024',
    });
    const [container, ...others] = taskDefinition?.containerDefinitions ?? [];
    expect(others).toEqual([]);
    expect(container).toMatchObject({
      name: 'service',
      image: imageOf('a'),
      command: ['node', 'server.js'],
      environment: [
        { name: 'GREETING', value: 'hello' },
        { name: 'PORT', value: '8080' },
      ],
      secrets: [
        { name: 'TOKEN', valueFrom: 'arn:aws:secretsmanager:eu-west-1:000000000000:secret:greeter/api:token::' },
        { name: 'LEVEL', valueFrom: 'arn:aws:ssm:eu-west-1:000000000000:parameter/greeter/level' },
      ],
      stopTimeout: 25,
      logConfiguration: { logDriver: 'awslogs', options: { 'awslogs-group': '/services/greeter' } },
    });
    expect(container?.entryPoint).toBeUndefined();
  });

  test('moves no traffic', async () => {
    const { shifter } = await aTarget();
    await shifter.prepare(target, aVersion());
    expect(await shifter.status(target)).toEqual({ weights: new Map([['greeter-staging:1', 100]]), settled: true });
  });

  test('once more gives the same revision; of another artifact or deployment it gives another', async () => {
    const { client, shifter } = await aTarget();
    expect(await shifter.prepare(target, aVersion())).toBe('greeter-staging:2');
    expect(await shifter.prepare(target, aVersion())).toBe('greeter-staging:2');
    expect(await shifter.prepare(target, aVersion({}, 'b'))).toBe('greeter-staging:3');
    expect(await shifter.prepare(target, aVersion({ deploymentId: 'dep_2' }, 'b'))).toBe('greeter-staging:4');
    const { taskDefinitionArns } = await client.send(
      new ListTaskDefinitionsCommand({ familyPrefix: 'greeter-staging' }),
    );
    expect(taskDefinitionArns).toHaveLength(4);
  });

  test('after the stack was updated takes its new roles, though they were never released', async () => {
    const { client, shifter } = await aTarget();
    await thePlaceholder(client, 'other');
    const version = await shifter.prepare(target, aVersion());
    const { taskDefinition } = await client.send(new DescribeTaskDefinitionCommand({ taskDefinition: version }));
    expect(taskDefinition?.taskRoleArn).toBe('arn:aws:iam::000000000000:role/other');
  });

  test('of an image that is not the one that was signed is refused before anything is made', async () => {
    const { client, shifter } = await aTarget();
    const prepare = shifter.prepare(target, aVersion({ artifactDigest: digest('b') }));
    await expect(prepare).rejects.toMatchObject({ code: 'artifact_verification_failed' });
    const { taskDefinitionArns } = await client.send(
      new ListTaskDefinitionsCommand({ familyPrefix: 'greeter-staging' }),
    );
    expect(taskDefinitionArns).toHaveLength(1);
  });

  test('that listens elsewhere than the load balancer asks is refused, with both ports', async () => {
    const { shifter } = await aTarget();
    await expect(shifter.prepare(target, aVersion({ port: 3000 }))).rejects.toMatchObject({
      code: 'validation_error',
      message: expect.stringMatching(/8080.*3000/) as string,
    });
  });

  test('with a size that Fargate does not have is refused in its words', async () => {
    const { shifter } = await aTarget();
    await expect(shifter.prepare(target, aVersion({ cpuUnits: 256, memoryMb: 4096 }))).rejects.toMatchObject({
      code: 'step_failed',
      message: expect.stringContaining('No Fargate configuration exists') as string,
    });
  });

  test.each([
    { ...target, serviceName: 'nobody' },
    { ...target, cluster: 'nowhere' },
  ])('of a target that does not exist is refused by its name: $cluster/$serviceName', async (absent) => {
    const { shifter } = await aTarget();
    const refusal = {
      code: 'not_found',
      message: expect.stringContaining(`${absent.cluster}/${absent.serviceName}`) as string,
    };
    await expect(shifter.prepare(absent, aVersion())).rejects.toMatchObject(refusal);
    await expect(shifter.revision(absent)).rejects.toMatchObject(refusal);
    await expect(shifter.status(absent)).rejects.toMatchObject(refusal);
  });
});

describe('a version that was prepared earlier', () => {
  test('is kept while it is registered, and made of the same image', async () => {
    const { client, shifter } = await aTarget();
    const version = await shifter.prepare(target, aVersion());
    expect(await shifter.keeps(target, version, aVersion())).toBe(true);
    expect(await shifter.keeps(target, version, aVersion({}, 'b'))).toBe(false);
    expect(await shifter.keeps(target, 'greeter-staging:99', aVersion())).toBe(false);
    await client.send(new DeregisterTaskDefinitionCommand({ taskDefinition: version }));
    expect(await shifter.keeps(target, version, aVersion())).toBe(false);
  });
});

describe('a shift', () => {
  test('is settled when only healthy tasks of the new version are left', async () => {
    const host = await aTarget();
    const version = await host.shifter.prepare(target, aVersion());
    host.play.sick.add(version);
    await host.shifter.shift(target, { version, percent: 100 }, await host.shifter.revision(target));
    await host.clock.advance(1_000);
    const { weights, settled: early } = await host.shifter.status(target);
    expect(early).toBe(false);
    expect([...weights]).toEqual([
      [version, 50],
      ['greeter-staging:1', 50],
    ]);
    host.play.sick.clear();
    await host.clock.runUntil(async () => (await host.shifter.status(target)).settled, mostTimers);
    expect(await host.shifter.status(target)).toEqual({ weights: new Map([[version, 100]]), settled: true });
  });

  test('in batches of a quarter has room for one of four at a time', async () => {
    const host = await aTarget(4);
    const version = await host.shifter.prepare(target, aVersion());
    const revision = await host.shifter.revision(target);
    await host.shifter.shift(target, { version, percent: 100, batchPercent: 25 }, revision);
    expect((await theService(host.client)).deploymentConfiguration).toMatchObject({
      minimumHealthyPercent: 100,
      maximumPercent: 125,
      deploymentCircuitBreaker: { enable: true, rollback: false },
    });
  });

  test('of a single task in batches still has room for another one', async () => {
    const host = await aTarget(1);
    const version = await host.shifter.prepare(target, aVersion());
    const revision = await host.shifter.revision(target);
    await host.shifter.shift(target, { version, percent: 100, batchPercent: 25 }, revision);
    expect((await theService(host.client)).deploymentConfiguration?.maximumPercent).toBe(200);
    await host.clock.runUntil(async () => (await host.shifter.status(target)).settled, mostTimers);
  });

  test('keeps the number of tasks within the bounds of the version, there and back', async () => {
    const host = await aTarget(2);
    const small = await released(host, aVersion({ scaling: { minimum: 1, maximum: 2 } }));
    await released(host, aVersion({ scaling: { minimum: 4, maximum: 6 } }, 'b'));
    expect((await theService(host.client)).desiredCount).toBe(4);
    await host.shifter.shift(target, { version: small, percent: 100 }, await host.shifter.revision(target));
    expect((await theService(host.client)).desiredCount).toBe(2);
  });

  test('to the version that serves already ends every earlier revision', async () => {
    const host = await aTarget();
    const version = await host.shifter.prepare(target, aVersion());
    const early = await host.shifter.revision(target);
    await host.shifter.shift(target, { version: 'greeter-staging:1', percent: 100 }, early);
    await expect(host.shifter.shift(target, { version, percent: 100 }, early)).rejects.toMatchObject({
      code: 'unavailable',
      transient: true,
    });
    expect((await primaryOf(host.client)).taskDefinition).toMatch(/greeter-staging:1$/);
  });

  test('with a version whose tasks end says why it will never be through, and the old one goes on', async () => {
    const host = await aTarget();
    const version = await host.shifter.prepare(target, aVersion());
    await host.shifter.shift(target, { version, percent: 100 }, await host.shifter.revision(target));
    await host.clock.runUntil(async () => {
      for (const task of host.play.tasks) if (task.version === version) task.end(1);
      return (await host.shifter.status(target)).problem !== undefined;
    }, mostTimers);
    expect(await host.shifter.status(target)).toEqual({
      weights: new Map([['greeter-staging:1', 100]]),
      settled: false,
      problem: 'ECS deployment circuit breaker: tasks failed to start.',
    });
  });

  test('to a part of the traffic is refused', async () => {
    const { shifter } = await aTarget();
    const shift = shifter.shift(target, { version: 'greeter-staging:1', percent: 10 }, 'any');
    await expect(shift).rejects.toMatchObject({ code: 'validation_error' });
  });
});

test('a service that CodeDeploy owns is refused', async () => {
  const host = await aTarget();
  await host.client.send(new DeleteServiceCommand({ cluster: 'services', service: 'greeter', force: true }));
  await host.clock.runUntil(async () => (await theService(host.client)).status === 'INACTIVE', mostTimers);
  await expect(host.shifter.revision(target)).rejects.toMatchObject({ code: 'not_found' });
  const taskDefinition = await thePlaceholder(host.client);
  await aService(host, { taskDefinition, deploymentController: { type: 'CODE_DEPLOY' } });
  await expect(host.shifter.revision(target)).rejects.toMatchObject({
    code: 'conflict',
    message: expect.stringContaining('CodeDeploy') as string,
  });
});

test('a deploy role that does not allow it is a refusal that says what to register', async () => {
  const client = new ECSClient({ region: 'eu-west-1' });
  const denied = Object.assign(new Error('not authorized'), { name: 'AccessDeniedException' });
  mockClient(client).on(DescribeServicesCommand).rejects(denied).on(UpdateServiceCommand).rejects(denied);
  await expect(new EcsTrafficShifter(() => client).revision(target)).rejects.toMatchObject({
    code: 'permission_denied',
    message: expect.stringContaining('services/greeter') as string,
  });
});
