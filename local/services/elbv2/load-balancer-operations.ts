import * as z from 'zod';
import { ServiceFault } from '#local/gateway/wire.ts';
import { actionOf, actionsInput, describedAction } from './action-shapes.ts';
import { listenerArn, loadBalancerArn, notFound } from './elb-arn.ts';
import type { ElbContext, QueryOperation } from './elb-context.ts';
import { listOf, parseQuery, tags, wholeNumber } from './parse-query.ts';
import type { Listener, LoadBalancer } from './records.ts';

const createInput = z.strictObject({
  Name: z.string().regex(/^(?!-|internal-)[A-Za-z0-9-]{1,32}(?<!-)$/, 'must be up to 32 letters, digits and hyphens'),
  Type: z.literal('application', { error: 'the local endpoint has application load balancers only' }).optional(),
  Scheme: z.enum(['internet-facing', 'internal']).optional(),
  Subnets: listOf(z.string()).optional(),
  SecurityGroups: listOf(z.string()).optional(),
  IpAddressType: z.literal('ipv4').optional(),
  Tags: tags,
});
const describeInput = z.strictObject({
  LoadBalancerArns: listOf(z.string()).optional(),
  Names: listOf(z.string()).optional(),
  PageSize: wholeNumber(1, 400).optional(),
});
const arnInput = z.strictObject({ LoadBalancerArn: z.string() });
const listenerInput = z.strictObject({
  LoadBalancerArn: z.string(),
  Protocol: z.literal('HTTP', { error: 'the local endpoint has no TLS' }),
  Port: wholeNumber(1, 65_535),
  DefaultActions: actionsInput,
  Tags: tags,
});
const listenersInput = z.strictObject({
  LoadBalancerArn: z.string().optional(),
  ListenerArns: listOf(z.string()).optional(),
  PageSize: wholeNumber(1, 400).optional(),
});
const listenerArnInput = z.strictObject({ ListenerArn: z.string() });

/** Load balancers and their listeners. All answer at one port of this machine; a listener's own is only told. */
export function loadBalancerOperations({ records, clock }: ElbContext): Record<string, QueryOperation> {
  const removeListener = ({ arn }: Listener): void => {
    for (const rule of records.all('rule')) if (rule.listener === arn) records.remove(rule.arn);
    records.remove(arn);
  };

  return {
    CreateLoadBalancer(input) {
      const { Name, Scheme = 'internet-facing', Subnets = [], SecurityGroups = [] } = parseQuery(createInput, input);
      const present = records.all('load-balancer').find(({ name }) => name === Name);
      if (present) {
        if (present.scheme === Scheme) return { LoadBalancers: [described(present)] };
        throw new ServiceFault(
          'DuplicateLoadBalancerName',
          `A load balancer with the same name '${Name}' exists, but with different settings`,
        );
      }
      const made: LoadBalancer = {
        arn: loadBalancerArn(Name),
        name: Name,
        scheme: Scheme,
        subnets: Subnets,
        securityGroups: SecurityGroups,
        createdAt: new Date(clock.now()).toISOString(),
      };
      records.put('load-balancer', made);
      return { LoadBalancers: [described(made)] };
    },
    DescribeLoadBalancers(input) {
      const { LoadBalancerArns, Names } = parseQuery(describeInput, input);
      const all = records.all('load-balancer');
      const absent = [
        ...(LoadBalancerArns ?? []).filter((arn) => !all.some((each) => each.arn === arn)),
        ...(Names ?? []).filter((name) => !all.some((each) => each.name === name)),
      ];
      if (absent.length > 0) throw notFound('LoadBalancer', absent.join(', '));
      const chosen = all.filter(
        ({ arn, name }) => (LoadBalancerArns?.includes(arn) ?? true) && (Names?.includes(name) ?? true),
      );
      return { LoadBalancers: chosen.map(described) };
    },
    DeleteLoadBalancer(input) {
      const { LoadBalancerArn } = parseQuery(arnInput, input);
      for (const listener of records.all('listener')) {
        if (listener.loadBalancer === LoadBalancerArn) removeListener(listener);
      }
      records.remove(LoadBalancerArn);
      return {};
    },
    CreateListener(input) {
      const wanted = parseQuery(listenerInput, input);
      if (!records.find('load-balancer', wanted.LoadBalancerArn)) {
        throw notFound('LoadBalancer', wanted.LoadBalancerArn);
      }
      const action = actionOf(records, wanted.DefaultActions);
      const present = records
        .all('listener')
        .find(({ loadBalancer, port }) => loadBalancer === wanted.LoadBalancerArn && port === wanted.Port);
      if (present) {
        if (JSON.stringify(present.action) === JSON.stringify(action))
          return { Listeners: [describedListener(present)] };
        throw new ServiceFault('DuplicateListener', 'A listener already exists on this port for this load balancer');
      }
      const made: Listener = {
        arn: listenerArn(wanted.LoadBalancerArn),
        loadBalancer: wanted.LoadBalancerArn,
        port: wanted.Port,
        action,
      };
      records.put('listener', made);
      return { Listeners: [describedListener(made)] };
    },
    DescribeListeners(input) {
      const { LoadBalancerArn, ListenerArns } = parseQuery(listenersInput, input);
      if (LoadBalancerArn !== undefined && !records.find('load-balancer', LoadBalancerArn)) {
        throw notFound('LoadBalancer', LoadBalancerArn);
      }
      const all = records.all('listener');
      const absent = (ListenerArns ?? []).filter((arn) => !all.some((each) => each.arn === arn));
      if (absent.length > 0) throw notFound('Listener', absent.join(', '));
      const chosen = all.filter(
        ({ arn, loadBalancer }) =>
          (ListenerArns?.includes(arn) ?? true) && (LoadBalancerArn === undefined || loadBalancer === LoadBalancerArn),
      );
      return { Listeners: chosen.map(describedListener) };
    },
    DeleteListener(input) {
      const { ListenerArn } = parseQuery(listenerArnInput, input);
      const listener = records.find('listener', ListenerArn);
      if (!listener) throw notFound('Listener', ListenerArn);
      removeListener(listener);
      return {};
    },
  };
}

function described({ arn, name, scheme, createdAt, subnets, securityGroups }: LoadBalancer) {
  return {
    LoadBalancerArn: arn,
    LoadBalancerName: name,
    DNSName: 'localhost',
    CanonicalHostedZoneId: 'Z0LOCAL',
    CreatedTime: createdAt,
    Scheme: scheme,
    State: { Code: 'active' },
    Type: 'application',
    AvailabilityZones: subnets.map((SubnetId) => ({ SubnetId, ZoneName: 'eu-west-1a' })),
    SecurityGroups: securityGroups,
    IpAddressType: 'ipv4',
  };
}

function describedListener({ arn, loadBalancer, port, action }: Listener) {
  return {
    ListenerArn: arn,
    LoadBalancerArn: loadBalancer,
    Port: port,
    Protocol: 'HTTP',
    DefaultActions: [describedAction(action)],
  };
}
