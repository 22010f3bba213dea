import * as z from 'zod';
import { ServiceFault } from '#local/gateway/wire.ts';
import { invalid, notFound, targetGroupArn } from './elb-arn.ts';
import type { ElbContext, QueryOperation } from './elb-context.ts';
import { flag, listOf, parseQuery, tags, wholeNumber } from './parse-query.ts';
import type { HealthCheck, TargetGroup } from './records.ts';

const codes = z
  .strictObject({
    HttpCode: z
      .string()
      .regex(/^\d{3}(-\d{3})?(,\d{3}(-\d{3})?)*$/, 'must be codes from 200 to 499, such as 200 or 200-299')
      .refine(
        (text) => text.split(/[-,]/).every((code) => Number(code) >= 200 && Number(code) <= 499),
        'must be codes from 200 to 499, such as 200 or 200-299',
      ),
  })
  .transform(({ HttpCode }) => HttpCode);

const checkInput = {
  HealthCheckProtocol: z.literal('HTTP').optional(),
  HealthCheckPort: z.literal('traffic-port').optional(),
  HealthCheckEnabled: flag.optional(),
  HealthCheckPath: z.string().regex(/^\//, 'must begin with a slash').max(1024).optional(),
  HealthCheckIntervalSeconds: wholeNumber(5, 300).optional(),
  HealthCheckTimeoutSeconds: wholeNumber(2, 120).optional(),
  HealthyThresholdCount: wholeNumber(2, 10).optional(),
  UnhealthyThresholdCount: wholeNumber(2, 10).optional(),
  Matcher: codes.optional(),
};
const createInput = z.strictObject({
  Name: z.string().regex(/^(?!-)[A-Za-z0-9-]{1,32}(?<!-)$/, 'must be up to 32 letters, digits and hyphens'),
  Protocol: z.literal('HTTP'),
  ProtocolVersion: z.literal('HTTP1').optional(),
  Port: wholeNumber(1, 65_535),
  VpcId: z.string().optional(),
  TargetType: z.literal('ip', { error: 'the local endpoint has targets of type ip only' }),
  IpAddressType: z.literal('ipv4').optional(),
  ...checkInput,
  Tags: tags,
});
const modifyInput = z.strictObject({ TargetGroupArn: z.string(), ...checkInput });
const describeInput = z.strictObject({
  TargetGroupArns: listOf(z.string()).optional(),
  Names: listOf(z.string()).optional(),
  LoadBalancerArn: z.string().optional(),
  PageSize: wholeNumber(1, 400).optional(),
});
const attributesInput = z.strictObject({
  TargetGroupArn: z.string(),
  Attributes: listOf(z.strictObject({ Key: z.string(), Value: z.string() })),
});
const arnInput = z.strictObject({ TargetGroupArn: z.string() });

const usual: HealthCheck = {
  enabled: true,
  path: '/',
  intervalSeconds: 30,
  timeoutSeconds: 5,
  healthyThreshold: 5,
  unhealthyThreshold: 2,
  matcher: '200',
};

const usualAttributes = {
  'deregistration_delay.timeout_seconds': '300',
  'load_balancing.algorithm.type': 'round_robin',
  'slow_start.duration_seconds': '0',
  'stickiness.enabled': 'false',
  'stickiness.type': 'lb_cookie',
};

/** What an attribute may be here. */
const attributeRules: Readonly<Record<keyof typeof usualAttributes, RegExp>> = {
  'deregistration_delay.timeout_seconds': /^([0-9]{1,3}|[12][0-9]{3}|3[0-5][0-9]{2}|3600)$/,
  'load_balancing.algorithm.type': /^(round_robin|least_outstanding_requests)$/,
  'slow_start.duration_seconds': /^0$/,
  'stickiness.enabled': /^false$/,
  'stickiness.type': /^lb_cookie$/,
};

export function targetGroupOperations({ records, targets }: ElbContext): Record<string, QueryOperation> {
  return {
    CreateTargetGroup(input) {
      const wanted = parseQuery(createInput, input);
      const present = records.all('target-group').find(({ name }) => name === wanted.Name);
      const healthCheck = checkOf(wanted, usual);
      if (present) {
        // The same one again is no error; another one under the name is.
        const same =
          present.port === wanted.Port && JSON.stringify(present.healthCheck) === JSON.stringify(healthCheck);
        if (!same) throw duplicate(wanted.Name);
        return { TargetGroups: [described(present, loadBalancersOf(present))] };
      }
      const group: TargetGroup = {
        arn: targetGroupArn(wanted.Name),
        name: wanted.Name,
        port: wanted.Port,
        ...(wanted.VpcId !== undefined && { vpcId: wanted.VpcId }),
        healthCheck,
        attributes: usualAttributes,
      };
      records.put('target-group', group);
      return { TargetGroups: [described(group, [])] };
    },
    ModifyTargetGroup(input) {
      const wanted = parseQuery(modifyInput, input);
      const group = found(wanted.TargetGroupArn);
      const changed = { ...group, healthCheck: checkOf(wanted, group.healthCheck) };
      records.put('target-group', changed);
      return { TargetGroups: [described(changed, loadBalancersOf(changed))] };
    },
    DescribeTargetGroups(input) {
      const { TargetGroupArns, Names, LoadBalancerArn } = parseQuery(describeInput, input);
      const all = records.all('target-group');
      const absent = [
        ...(TargetGroupArns ?? []).filter((arn) => !all.some((group) => group.arn === arn)),
        ...(Names ?? []).filter((name) => !all.some((group) => group.name === name)),
      ];
      if (absent.length > 0) throw notFound('TargetGroup', absent.join(', '));
      const chosen = all.filter(
        (group) =>
          (TargetGroupArns === undefined || TargetGroupArns.includes(group.arn)) &&
          (Names === undefined || Names.includes(group.name)) &&
          (LoadBalancerArn === undefined || loadBalancersOf(group).includes(LoadBalancerArn)),
      );
      return { TargetGroups: chosen.map((group) => described(group, loadBalancersOf(group))) };
    },
    DeleteTargetGroup(input) {
      const { TargetGroupArn } = parseQuery(arnInput, input);
      const group = records.find('target-group', TargetGroupArn);
      if (!group) return {};
      if (loadBalancersOf(group).length > 0) {
        throw new ServiceFault(
          'ResourceInUse',
          `Target group '${TargetGroupArn}' is currently in use by a listener or a rule`,
        );
      }
      targets.forget(TargetGroupArn);
      records.remove(TargetGroupArn);
      return {};
    },
    ModifyTargetGroupAttributes(input) {
      const { TargetGroupArn, Attributes } = parseQuery(attributesInput, input);
      const group = found(TargetGroupArn);
      for (const { Key, Value } of Attributes) {
        const rule = Object.hasOwn(attributeRules, Key)
          ? attributeRules[Key as keyof typeof attributeRules]
          : undefined;
        if (!rule) throw invalid(`Target group attribute key '${Key}' is not recognized by the local endpoint`);
        if (!rule.test(Value)) throw invalid(`'${Value}' is not a value of ${Key} that the local endpoint supports`);
      }
      const attributes = {
        ...group.attributes,
        ...Object.fromEntries(Attributes.map(({ Key, Value }) => [Key, Value])),
      };
      records.put('target-group', { ...group, attributes });
      return { Attributes: listed(attributes) };
    },
    DescribeTargetGroupAttributes(input) {
      return { Attributes: listed(found(parseQuery(arnInput, input).TargetGroupArn).attributes) };
    },
  };

  function found(arn: string): TargetGroup {
    const group = records.find('target-group', arn);
    if (!group) throw notFound('TargetGroup', arn);
    return group;
  }

  function loadBalancersOf({ arn }: TargetGroup): readonly string[] {
    const listeners = records.all('listener');
    const forwards = [...listeners, ...records.all('rule')].flatMap((each) =>
      each.action.kind === 'forward' && each.action.groups.some((group) => group.arn === arn)
        ? ['listener' in each ? each.listener : each.arn]
        : [],
    );
    const used = listeners.filter((listener) => forwards.includes(listener.arn));
    return [...new Set(used.map(({ loadBalancer }) => loadBalancer))];
  }
}

type CheckInput = { [Name in keyof typeof checkInput]?: z.output<(typeof checkInput)[Name]> };

function checkOf(wanted: CheckInput, present: HealthCheck): HealthCheck {
  const check = {
    enabled: wanted.HealthCheckEnabled ?? present.enabled,
    path: wanted.HealthCheckPath ?? present.path,
    intervalSeconds: wanted.HealthCheckIntervalSeconds ?? present.intervalSeconds,
    timeoutSeconds: wanted.HealthCheckTimeoutSeconds ?? present.timeoutSeconds,
    healthyThreshold: wanted.HealthyThresholdCount ?? present.healthyThreshold,
    unhealthyThreshold: wanted.UnhealthyThresholdCount ?? present.unhealthyThreshold,
    matcher: wanted.Matcher ?? present.matcher,
  };
  if (!check.enabled) throw invalid('Health check enabled must be true for target groups with target type ip');
  if (check.timeoutSeconds >= check.intervalSeconds) {
    throw invalid(
      `Health check timeout '${check.timeoutSeconds}' must be smaller than the interval '${check.intervalSeconds}'`,
    );
  }
  return check;
}

function described({ arn, name, port, vpcId, healthCheck }: TargetGroup, loadBalancers: readonly string[]) {
  return {
    TargetGroupArn: arn,
    TargetGroupName: name,
    Protocol: 'HTTP',
    ProtocolVersion: 'HTTP1',
    Port: port,
    VpcId: vpcId,
    TargetType: 'ip',
    IpAddressType: 'ipv4',
    HealthCheckProtocol: 'HTTP',
    HealthCheckPort: 'traffic-port',
    HealthCheckEnabled: healthCheck.enabled,
    HealthCheckPath: healthCheck.path,
    HealthCheckIntervalSeconds: healthCheck.intervalSeconds,
    HealthCheckTimeoutSeconds: healthCheck.timeoutSeconds,
    HealthyThresholdCount: healthCheck.healthyThreshold,
    UnhealthyThresholdCount: healthCheck.unhealthyThreshold,
    Matcher: { HttpCode: healthCheck.matcher },
    LoadBalancerArns: loadBalancers,
  };
}

function listed(attributes: Readonly<Record<string, string>>) {
  return Object.entries(attributes).map(([Key, Value]) => ({ Key, Value }));
}

function duplicate(name: string): ServiceFault {
  return new ServiceFault(
    'DuplicateTargetGroupName',
    `A target group with the same name '${name}' exists, but with different settings`,
  );
}
