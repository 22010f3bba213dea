import {
  DescribeTasksCommand,
  ListTasksCommand,
  StopTaskCommand,
  UpdateServiceCommand,
  type UpdateServiceCommandInput,
} from '@aws-sdk/client-ecs';
import { describe, expect, test } from 'vitest';
import {
  aDefinition,
  aService,
  aTargetGroup,
  healthIn,
  mostTimers,
  primaryOf,
  settled,
  startEcs,
  theService,
  type EcsUnderTest,
} from './ecs-host.ts';

const breaker = { deploymentCircuitBreaker: { enable: true, rollback: false } };

async function update({ client }: EcsUnderTest, changes: Partial<UpdateServiceCommandInput>): Promise<void> {
  await client.send(new UpdateServiceCommand({ cluster: 'services', service: 'greeter', ...changes }));
}

async function stoppedTasks({ client }: EcsUnderTest) {
  const { taskArns = [] } = await client.send(new ListTasksCommand({ cluster: 'services', desiredStatus: 'STOPPED' }));
  if (taskArns.length === 0) return [];
  const { tasks = [] } = await client.send(new DescribeTasksCommand({ cluster: 'services', tasks: taskArns }));
  return tasks;
}

const alive = ({ play }: EcsUnderTest) => play.tasks.filter(({ asked }) => asked.length === 0);

describe('a new service', () => {
  test('starts its tasks, and is complete when the load balancer finds them healthy', async () => {
    const host = startEcs();
    const group = await aTargetGroup(host.elb);
    await aService(host, { group });
    expect(await primaryOf(host.client)).toMatchObject({ rolloutState: 'IN_PROGRESS', desiredCount: 2 });
    expect(await settled(host)).toBe('COMPLETED');
    expect(await healthIn(host.elb, group)).toEqual(['healthy', 'healthy']);
    expect(await theService(host.client)).toMatchObject({ runningCount: 2, pendingCount: 0, status: 'ACTIVE' });
  });

  test('is in progress as long as a task is not healthy', async () => {
    const host = startEcs();
    const group = await aTargetGroup(host.elb);
    host.play.sick.add('greeter:1');
    await aService(host, { group, healthCheckGracePeriodSeconds: 3_600 });
    await host.clock.advance(60_000);
    expect(await primaryOf(host.client)).toMatchObject({ rolloutState: 'IN_PROGRESS', runningCount: 2 });
    host.play.sick.clear();
    expect(await settled(host)).toBe('COMPLETED');
  });
});

describe('a rolling update', () => {
  test('keeps two tasks healthy at every moment, runs at most three, and leaves one deployment', async () => {
    const host = startEcs();
    const group = await aTargetGroup(host.elb);
    await aService(host, { group });
    await settled(host);
    const configuration = { minimumHealthyPercent: 100, maximumPercent: 150 };
    const taskDefinition = await aDefinition(host.client);
    await update(host, { taskDefinition, deploymentConfiguration: configuration });
    expect((await theService(host.client)).deployments).toHaveLength(2);

    const seen: { healthy: number; alive: number }[] = [];
    await host.clock.runUntil(async () => {
      const healthy = (await healthIn(host.elb, group)).filter((state) => state === 'healthy').length;
      seen.push({ healthy, alive: alive(host).length });
      return (await primaryOf(host.client)).rolloutState === 'COMPLETED';
    }, mostTimers);
    expect(Math.min(...seen.map(({ healthy }) => healthy))).toBe(2);
    expect(Math.max(...seen.map((each) => each.alive))).toBe(3);
    const { deployments, taskDefinition: now } = await theService(host.client);
    expect(deployments).toHaveLength(1);
    expect(now).toBe(taskDefinition);
    expect((await stoppedTasks(host)).map(({ stoppedReason }) => stoppedReason)).toEqual([
      expect.stringMatching(/^Scaling activity initiated by \(deployment ecs-svc\/\d{19}\)$/),
      expect.stringMatching(/^Scaling activity initiated by \(deployment ecs-svc\/\d{19}\)$/),
    ]);
  });

  test('with fifty percent healthy and no room above stops one before it starts one', async () => {
    const host = startEcs();
    await aService(host, { deploymentConfiguration: { minimumHealthyPercent: 50, maximumPercent: 100 } });
    await settled(host);
    await update(host, { taskDefinition: await aDefinition(host.client) });
    const counts = new Set<number>();
    await host.clock.runUntil(async () => {
      counts.add(alive(host).length);
      return (await primaryOf(host.client)).rolloutState === 'COMPLETED';
    }, mostTimers);
    expect(Math.max(...counts)).toBe(2);
    expect(alive(host)).toHaveLength(2);
  });

  test('to the same definition replaces tasks only when it is forced', async () => {
    const host = startEcs();
    await aService(host);
    await settled(host);
    const { id, taskDefinition } = await primaryOf(host.client);
    await update(host, { taskDefinition });
    expect((await primaryOf(host.client)).id).toBe(id);
    await update(host, { taskDefinition, forceNewDeployment: true });
    expect((await primaryOf(host.client)).id).not.toBe(id);
    expect(await settled(host)).toBe('COMPLETED');
    expect(host.play.tasks).toHaveLength(4);
  });

  test('that another one overtakes leaves no task of either', async () => {
    const host = startEcs();
    await aService(host);
    await settled(host);
    await update(host, { taskDefinition: await aDefinition(host.client) });
    await host.clock.advance(0);
    const last = await aDefinition(host.client);
    await update(host, { taskDefinition: last });
    expect(await settled(host)).toBe('COMPLETED');
    expect(alive(host).map(({ version }) => version)).toEqual(['greeter:3', 'greeter:3']);
  });
});

describe('a failed deployment', () => {
  test.each(['fails', 'crashes'])(
    'whose image %s is given up after three tasks, and the old ones go on',
    async (image) => {
      const host = startEcs();
      const group = await aTargetGroup(host.elb);
      await aService(host, { group, deploymentConfiguration: breaker });
      await settled(host);
      await update(host, { taskDefinition: await aDefinition(host.client, image) });
      expect(await settled(host)).toBe('FAILED');
      expect(await primaryOf(host.client)).toMatchObject({
        rolloutStateReason: 'ECS deployment circuit breaker: tasks failed to start.',
        runningCount: 0,
      });
      await host.clock.advance(600_000);
      expect(alive(host).filter(({ version }) => version === 'greeter:1')).toHaveLength(2);
      expect(await healthIn(host.elb, group)).toEqual(['healthy', 'healthy']);
      expect((await theService(host.client)).deployments).toHaveLength(2);
    },
  );

  test('whose tasks never get healthy is given up after their grace', async () => {
    const host = startEcs();
    const group = await aTargetGroup(host.elb);
    await aService(host, { group, deploymentConfiguration: breaker, healthCheckGracePeriodSeconds: 30 });
    await settled(host);
    host.play.sick.add('greeter:2');
    await update(host, { taskDefinition: await aDefinition(host.client) });
    expect(await settled(host)).toBe('FAILED');
    const reasons = (await stoppedTasks(host)).map(({ stoppedReason }) => stoppedReason);
    expect(reasons.length).toBeGreaterThanOrEqual(2);
    expect(new Set(reasons)).toEqual(new Set([`Task failed ELB health checks in (target-group ${group})`]));
    expect(alive(host).filter(({ version }) => version === 'greeter:1')).toHaveLength(2);
  });

  test('goes back by itself where it was asked to', async () => {
    const host = startEcs();
    await aService(host, { deploymentConfiguration: { deploymentCircuitBreaker: { enable: true, rollback: true } } });
    await settled(host);
    const { id } = await primaryOf(host.client);
    await update(host, { taskDefinition: await aDefinition(host.client, 'fails') });
    await host.clock.runUntil(async () => {
      const { taskDefinition, rolloutState } = await primaryOf(host.client);
      return taskDefinition?.endsWith(':1') === true && rolloutState === 'COMPLETED';
    }, mostTimers);
    const messages = (await theService(host.client)).events?.map(({ message }) => message) ?? [];
    expect(messages.some((message) => /deployment failed: tasks failed to start/.test(message ?? ''))).toBe(true);
    expect((await primaryOf(host.client)).id).not.toBe(id);
  });

  test('without the circuit breaker is tried on and on, ever more slowly', async () => {
    const host = startEcs();
    const group = await aTargetGroup(host.elb);
    await aService(host, { group, taskDefinition: await aDefinition(host.client, 'crashes'), desiredCount: 1 });
    await host.clock.advance(600_000);
    expect(await primaryOf(host.client)).toMatchObject({ rolloutState: 'IN_PROGRESS' });
    expect(host.play.tasks.length).toBeGreaterThan(10);
    expect(host.play.tasks.length).toBeLessThan(40);
  });
});

describe('a task', () => {
  test('that ends by itself is replaced, and tells its exit code', async () => {
    const host = startEcs();
    const group = await aTargetGroup(host.elb);
    await aService(host, { group, desiredCount: 1 });
    await settled(host);
    host.play.tasks[0]?.end(3);
    await host.clock.runUntil(() => host.play.tasks.length === 2, mostTimers);
    const [stopped] = await stoppedTasks(host);
    expect(stopped).toMatchObject({
      stoppedReason: 'Essential container in task exited',
      stopCode: 'EssentialContainerExited',
      containers: [{ exitCode: 3 }],
    });
    await host.clock.advance(1_000);
    expect(await healthIn(host.elb, group)).toEqual(['healthy']);
  });

  test('that becomes unhealthy is replaced', async () => {
    const host = startEcs();
    const group = await aTargetGroup(host.elb);
    await aService(host, { group, desiredCount: 1 });
    await settled(host);
    host.play.health.set(host.play.tasks[0]?.port ?? 0, { kind: 'timeout' });
    await host.clock.runUntil(() => host.play.tasks.length === 2, mostTimers);
    expect(host.play.tasks[0]?.asked).toEqual(['terminate']);
  });

  test('is stopped only when the requests under way are over, and by force when it does not stop', async () => {
    const host = startEcs();
    const group = await aTargetGroup(host.elb, { delaySeconds: 60 });
    await aService(host, {
      group,
      desiredCount: 1,
      taskDefinition: await aDefinition(host.client, 'stubborn', { stopTimeout: 20 }),
    });
    await settled(host);
    const lease = host.balancing.targets.take(group, new Set());
    await update(host, { desiredCount: 0 });
    await host.clock.advance(10_000);
    expect(await healthIn(host.elb, group)).toEqual(['draining']);
    expect(host.play.tasks[0]?.asked).toEqual([]);
    lease?.release();
    await host.clock.advance(0);
    expect(host.play.tasks[0]?.asked).toEqual(['terminate']);
    await host.clock.advance(19_999);
    expect(host.play.tasks[0]?.asked).toEqual(['terminate']);
    await host.clock.advance(1);
    expect(host.play.tasks[0]?.asked).toEqual(['terminate', 'kill']);
    expect((await stoppedTasks(host))[0]).toMatchObject({ lastStatus: 'STOPPED', containers: [{ exitCode: 137 }] });
  });

  test('with a request that never ends is stopped after the deregistration delay', async () => {
    const host = startEcs();
    const group = await aTargetGroup(host.elb, { delaySeconds: 60 });
    await aService(host, { group, desiredCount: 1 });
    await settled(host);
    host.balancing.targets.take(group, new Set());
    await update(host, { desiredCount: 0 });
    await host.clock.advance(59_999);
    expect(host.play.tasks[0]?.asked).toEqual([]);
    await host.clock.advance(1);
    expect(host.play.tasks[0]?.asked).toEqual(['terminate']);
  });

  test('that a person stops is replaced and does not count as failed', async () => {
    const host = startEcs();
    await aService(host, { desiredCount: 1 });
    await settled(host);
    const task = host.play.tasks[0]?.arn ?? '';
    await host.client.send(new StopTaskCommand({ cluster: 'services', task, reason: 'to see' }));
    await host.clock.runUntil(() => host.play.tasks.length === 2, mostTimers);
    expect((await stoppedTasks(host))[0]).toMatchObject({ stoppedReason: 'to see', stopCode: 'UserInitiated' });
    expect(await primaryOf(host.client)).toMatchObject({ failedTasks: 0 });
  });
});

test('a changed desired count starts or stops tasks without a new deployment', async () => {
  const host = startEcs();
  await aService(host);
  await settled(host);
  const { id } = await primaryOf(host.client);
  await update(host, { desiredCount: 4 });
  await host.clock.advance(1_000);
  expect(alive(host)).toHaveLength(4);
  await update(host, { desiredCount: 1 });
  await host.clock.advance(1_000);
  expect(alive(host)).toHaveLength(1);
  expect(await primaryOf(host.client)).toMatchObject({ id, desiredCount: 1, runningCount: 1 });
});

test('after an end of the host in the middle of an update both versions come back, and the update goes on', async () => {
  const host = startEcs();
  const group = await aTargetGroup(host.elb);
  await aService(host, { group, healthCheckGracePeriodSeconds: 3_600 });
  await settled(host);
  host.play.sick.add('greeter:2');
  await update(host, { taskDefinition: await aDefinition(host.client) });
  await host.clock.advance(0);
  await host.close();

  const next = startEcs(host);
  next.balancing.resume();
  next.ecs.resume();
  await next.clock.advance(0);
  expect(next.play.tasks.filter(({ version }) => version === 'greeter:1')).toHaveLength(2);
  expect(await settled(next)).toBe('COMPLETED');
  expect(alive(next).map(({ version }) => version)).toEqual(['greeter:2', 'greeter:2']);
  expect(await healthIn(next.elb, group)).toEqual(['healthy', 'healthy']);
});
