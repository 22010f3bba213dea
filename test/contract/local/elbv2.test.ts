import {
  CreateListenerCommand,
  CreateLoadBalancerCommand,
  CreateRuleCommand,
  CreateTargetGroupCommand,
  DeleteRuleCommand,
  DeleteTargetGroupCommand,
  DeregisterTargetsCommand,
  DescribeListenersCommand,
  DescribeLoadBalancersCommand,
  DescribeRulesCommand,
  DescribeTargetGroupAttributesCommand,
  DescribeTargetGroupsCommand,
  DescribeTargetHealthCommand,
  ModifyRuleCommand,
  ModifyTargetGroupAttributesCommand,
  ModifyTargetGroupCommand,
  RegisterTargetsCommand,
  SetSubnetsCommand,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { describe, expect, test } from 'vitest';
import type { CheckResult } from '#local/services/elbv2/check-target.ts';
import { chooseGroup } from '#local/services/elbv2/routing.ts';
import { aTargetGroup, healthIn, startEcs } from './ecs-host.ts';

const target = { Id: '127.0.0.1', Port: 4001 };

async function withTarget(found: CheckResult = { kind: 'well' }) {
  const host = startEcs();
  const group = await aTargetGroup(host.elb);
  host.play.health.set(target.Port, found);
  await host.elb.send(new RegisterTargetsCommand({ TargetGroupArn: group, Targets: [target] }));
  const described = async () => {
    const { TargetHealthDescriptions = [] } = await host.elb.send(
      new DescribeTargetHealthCommand({ TargetGroupArn: group, Targets: [target] }),
    );
    return TargetHealthDescriptions[0]?.TargetHealth;
  };
  return { ...host, group, described };
}

async function listenerOf({ elb }: ReturnType<typeof startEcs>): Promise<string> {
  const { LoadBalancers } = await elb.send(new DescribeLoadBalancersCommand({ Names: ['shared'] }));
  const { Listeners } = await elb.send(
    new DescribeListenersCommand({ LoadBalancerArn: LoadBalancers?.[0]?.LoadBalancerArn }),
  );
  return Listeners?.[0]?.ListenerArn ?? '';
}

describe('the health of a target', () => {
  test('is healthy after one good answer', async () => {
    const { clock, described } = await withTarget();
    expect(await described()).toMatchObject({ State: 'initial', Reason: 'Elb.RegistrationInProgress' });
    await clock.advance(0);
    expect(await described()).toEqual({ State: 'healthy' });
  });

  test('of a fresh target with bad answers is initial until as many intervals have passed as the threshold says', async () => {
    const { clock, described } = await withTarget({ kind: 'code', code: 500 });
    await clock.advance(4_900);
    expect(await described()).toMatchObject({ State: 'initial' });
    await clock.advance(200);
    expect(await described()).toEqual({
      State: 'unhealthy',
      Reason: 'Target.ResponseCodeMismatch',
      Description: 'Health checks failed with these codes: [500]',
    });
  });

  test('of a healthy target changes by the thresholds, both ways', async () => {
    const { clock, described, play } = await withTarget();
    await clock.advance(0);
    play.health.set(target.Port, { kind: 'timeout' });
    await clock.advance(5_000);
    expect(await described()).toEqual({ State: 'healthy' });
    await clock.advance(5_000);
    expect(await described()).toMatchObject({ State: 'unhealthy', Reason: 'Target.Timeout' });
    play.health.set(target.Port, { kind: 'well' });
    await clock.advance(5_000);
    expect(await described()).toMatchObject({ State: 'unhealthy' });
    await clock.advance(5_000);
    expect(await described()).toEqual({ State: 'healthy' });
  });

  test('is unused where no rule sends anything, and where the target is not registered', async () => {
    const { elb, described, group } = await withTarget();
    const { Rules = [] } = await elb.send(
      new DescribeRulesCommand({ ListenerArn: await listenerOf({ elb } as ReturnType<typeof startEcs>) }),
    );
    await elb.send(new DeleteRuleCommand({ RuleArn: Rules[0]?.RuleArn }));
    expect(await described()).toMatchObject({ State: 'unused', Reason: 'Target.NotInUse' });
    await elb.send(new DeregisterTargetsCommand({ TargetGroupArn: group, Targets: [target] }));
    expect(await described()).toMatchObject({ State: 'unused', Reason: 'Target.NotRegistered' });
  });
});

describe('requests', () => {
  test('go to healthy targets in turn, and to unhealthy ones only when there is no other', async () => {
    const { clock, play, elb, group, balancing } = await withTarget();
    await elb.send(new RegisterTargetsCommand({ TargetGroupArn: group, Targets: [{ Id: '127.0.0.1', Port: 4002 }] }));
    const nobody = new Set<string>();
    expect(balancing.targets.take(group, nobody)).toBeUndefined();
    await clock.advance(0);
    const ports = () => Array.from({ length: 4 }, () => balancing.targets.take(group, nobody)?.port ?? 0);
    expect(ports().toSorted((a, b) => a - b)).toEqual([4001, 4001, 4002, 4002]);
    play.health.set(4001, { kind: 'unreachable' });
    await clock.advance(10_000);
    expect(ports()).toEqual([4002, 4002, 4002, 4002]);
    play.health.set(4002, { kind: 'unreachable' });
    await clock.advance(10_000);
    expect(new Set(ports())).toEqual(new Set([4001, 4002]));
  });

  test('go to the target with the fewest under way, where the group says so', async () => {
    const { clock, elb, group, balancing } = await withTarget();
    const Attributes = [{ Key: 'load_balancing.algorithm.type', Value: 'least_outstanding_requests' }];
    await elb.send(new ModifyTargetGroupAttributesCommand({ TargetGroupArn: group, Attributes }));
    await elb.send(new RegisterTargetsCommand({ TargetGroupArn: group, Targets: [{ Id: '127.0.0.1', Port: 4002 }] }));
    await clock.advance(0);
    const first = balancing.targets.take(group, new Set());
    const second = balancing.targets.take(group, new Set());
    expect(new Set([first?.port, second?.port])).toEqual(new Set([4001, 4002]));
    second?.release();
    expect(balancing.targets.take(group, new Set())?.port).toBe(second?.port);
  });

  test('never go to a draining target, which is gone with its last request or after the delay', async () => {
    const { clock, elb, group, balancing } = await withTarget();
    await clock.advance(0);
    const lease = balancing.targets.take(group, new Set());
    await elb.send(new DeregisterTargetsCommand({ TargetGroupArn: group, Targets: [target] }));
    expect(await healthIn(elb, group)).toEqual(['draining']);
    expect(balancing.targets.take(group, new Set())).toBeUndefined();
    await clock.advance(299_000);
    expect(await healthIn(elb, group)).toEqual(['draining']);
    await clock.advance(1_000);
    expect(await healthIn(elb, group)).toEqual([]);
    lease?.release();

    await elb.send(new RegisterTargetsCommand({ TargetGroupArn: group, Targets: [target] }));
    await clock.advance(0);
    const other = balancing.targets.take(group, new Set());
    await elb.send(new DeregisterTargetsCommand({ TargetGroupArn: group, Targets: [target] }));
    other?.release();
    expect(await healthIn(elb, group)).toEqual([]);
  });

  test('are shared among target groups by weight', () => {
    const groups = [
      { arn: 'a', weight: 1 },
      { arn: 'b', weight: 3 },
      { arn: 'c', weight: 0 },
    ];
    expect([0, 0.24, 0.25, 0.99].map((random) => chooseGroup(groups, random))).toEqual(['a', 'a', 'b', 'b']);
    expect(chooseGroup([{ arn: 'a', weight: 0 }], 0.5)).toBeUndefined();
  });
});

describe('rules', () => {
  test('route by priority and by patterns of host names', async () => {
    const host = startEcs();
    const exact = await aTargetGroup(host.elb);
    const any = await aTargetGroup(host.elb, { name: 'any', host: '*.localhost' });
    const ListenerArn = await listenerOf(host);
    const groupsOf = (name: string) => {
      const action = host.balancing.route(name);
      return action?.kind === 'forward' ? action.groups.map(({ arn }) => arn) : undefined;
    };
    // `*.localhost` has the smaller number here.
    expect(groupsOf('greeter.staging.localhost')).toEqual([any]);
    expect(groupsOf('example.com')).toBeUndefined();
    const { Rules = [] } = await host.elb.send(new DescribeRulesCommand({ ListenerArn }));
    expect(Rules.map(({ Priority }) => Priority)).toEqual(['21', '35', 'default']);
    await host.elb.send(
      new ModifyRuleCommand({
        RuleArn: Rules[0]?.RuleArn,
        Conditions: [{ Field: 'host-header', Values: ['greeter.?.localhost'] }],
        Actions: [
          {
            Type: 'forward',
            ForwardConfig: {
              TargetGroups: [
                { TargetGroupArn: exact, Weight: 90 },
                { TargetGroupArn: any, Weight: 10 },
              ],
            },
          },
        ],
      }),
    );
    expect(groupsOf('greeter.staging.localhost')).toEqual([exact]);
    expect(groupsOf('greeter.x.localhost')).toEqual([exact, any]);
    expect(groupsOf('greeterxlocalhost')).toBeUndefined();
  });

  test('of one listener have one number each', async () => {
    const host = startEcs();
    const TargetGroupArn = await aTargetGroup(host.elb);
    const again = new CreateRuleCommand({
      ListenerArn: await listenerOf(host),
      Priority: 35,
      Conditions: [{ Field: 'host-header', Values: ['other'] }],
      Actions: [{ Type: 'forward', TargetGroupArn }],
    });
    await expect(host.elb.send(again)).rejects.toMatchObject({ name: 'PriorityInUseException' });
  });
});

describe('a target group', () => {
  const settings = { Name: 'greeter', Protocol: 'HTTP', Port: 8080, TargetType: 'ip' } as const;

  test('is described with its health check and its load balancers, and can be modified', async () => {
    const { elb } = startEcs();
    const group = await aTargetGroup(elb);
    await elb.send(
      new ModifyTargetGroupCommand({
        TargetGroupArn: group,
        HealthCheckPath: '/live',
        Matcher: { HttpCode: '200-299' },
      }),
    );
    const { TargetGroups } = await elb.send(new DescribeTargetGroupsCommand({ Names: ['greeter'] }));
    expect(TargetGroups?.[0]).toMatchObject({
      TargetGroupArn: group,
      HealthCheckPath: '/live',
      HealthCheckIntervalSeconds: 5,
      Matcher: { HttpCode: '200-299' },
      LoadBalancerArns: [expect.stringContaining(':loadbalancer/app/shared/') as string],
    });
    const { Attributes } = await elb.send(new DescribeTargetGroupAttributesCommand({ TargetGroupArn: group }));
    expect(Attributes).toContainEqual({ Key: 'deregistration_delay.timeout_seconds', Value: '300' });
  });

  test('is made once: the same again is it, another one of its name is refused', async () => {
    const { elb } = startEcs();
    const { TargetGroups: first } = await elb.send(new CreateTargetGroupCommand(settings));
    const { TargetGroups: second } = await elb.send(new CreateTargetGroupCommand(settings));
    expect(second?.[0]?.TargetGroupArn).toBe(first?.[0]?.TargetGroupArn);
    await expect(elb.send(new CreateTargetGroupCommand({ ...settings, Port: 80 }))).rejects.toMatchObject({
      name: 'DuplicateTargetGroupNameException',
    });
  });

  test('that a rule uses cannot be deleted', async () => {
    const { elb } = startEcs();
    const TargetGroupArn = await aTargetGroup(elb);
    await expect(elb.send(new DeleteTargetGroupCommand({ TargetGroupArn }))).rejects.toMatchObject({
      name: 'ResourceInUseException',
    });
  });

  test('with what this endpoint does not do is refused by name', async () => {
    const { elb } = startEcs();
    const refused = (changes: object, message: RegExp) =>
      expect(elb.send(new CreateTargetGroupCommand({ ...settings, ...changes }))).rejects.toMatchObject({
        name: 'ValidationError',
        message: expect.stringMatching(message) as string,
      });
    await refused({ TargetType: 'lambda' }, /targets of type ip only/);
    await refused({ HealthCheckIntervalSeconds: 5, HealthCheckTimeoutSeconds: 5 }, /must be smaller/);
    await refused({ Matcher: { HttpCode: '503' } }, /200 to 499/);
    const TargetGroupArn = await aTargetGroup(elb);
    const Attributes = [{ Key: 'stickiness.enabled', Value: 'true' }];
    await expect(
      elb.send(new ModifyTargetGroupAttributesCommand({ TargetGroupArn, Attributes })),
    ).rejects.toMatchObject({ message: expect.stringContaining('stickiness.enabled') as string });
    await expect(
      elb.send(new RegisterTargetsCommand({ TargetGroupArn, Targets: [{ Id: '10.0.0.1' }] })),
    ).rejects.toMatchObject({ message: expect.stringContaining('10.0.0.1') as string });
  });
});

test('what is absent is refused in the words of the service', async () => {
  const { elb } = startEcs();
  await expect(elb.send(new DescribeTargetGroupsCommand({ Names: ['none'] }))).rejects.toMatchObject({
    name: 'TargetGroupNotFoundException',
  });
  await expect(elb.send(new DescribeLoadBalancersCommand({ Names: ['none'] }))).rejects.toMatchObject({
    name: 'LoadBalancerNotFoundException',
  });
  await expect(
    elb.send(new CreateListenerCommand({ LoadBalancerArn: 'none', Protocol: 'HTTP', Port: 80, DefaultActions: [] })),
  ).rejects.toMatchObject({ name: 'LoadBalancerNotFoundException' });
  await expect(elb.send(new CreateLoadBalancerCommand({ Name: 'net', Type: 'network' }))).rejects.toMatchObject({
    message: expect.stringContaining('application load balancers only') as string,
  });
  await expect(elb.send(new SetSubnetsCommand({ LoadBalancerArn: 'any', Subnets: [] }))).rejects.toMatchObject({
    name: 'InvalidAction',
    message: expect.stringContaining('SetSubnets') as string,
  });
});
