import * as z from 'zod';
import { ServiceFault } from '#local/gateway/wire.ts';
import { actionOf, actionsInput, describedAction } from './action-shapes.ts';
import { invalid, notFound, ruleArn } from './elb-arn.ts';
import type { ElbContext, QueryOperation } from './elb-context.ts';
import { listOf, parseQuery, tags, wholeNumber } from './parse-query.ts';
import type { Listener, Rule } from './records.ts';

const hostName = z.string().regex(/^[A-Za-z0-9*?.-]{1,128}$/, 'must be a host name, with * and ? at most');
const conditionsInput = listOf(
  z.strictObject({
    Field: z.literal('host-header', { error: 'the local endpoint has host-header conditions only' }),
    Values: listOf(hostName).optional(),
    HostHeaderConfig: z.strictObject({ Values: listOf(hostName) }).optional(),
  }),
);
const createInput = z.strictObject({
  ListenerArn: z.string(),
  Priority: wholeNumber(1, 50_000),
  Conditions: conditionsInput,
  Actions: actionsInput,
  Tags: tags,
});
const modifyInput = z.strictObject({
  RuleArn: z.string(),
  Conditions: conditionsInput.optional(),
  Actions: actionsInput.optional(),
});
const describeInput = z.strictObject({
  ListenerArn: z.string().optional(),
  RuleArns: listOf(z.string()).optional(),
  PageSize: wholeNumber(1, 400).optional(),
});
const arnInput = z.strictObject({ RuleArn: z.string() });

export function ruleOperations({ records }: ElbContext): Record<string, QueryOperation> {
  const found = (arn: string): Rule => {
    const rule = records.find('rule', arn);
    if (!rule) throw notFound('Rule', arn);
    return rule;
  };

  return {
    CreateRule(input) {
      const wanted = parseQuery(createInput, input);
      if (!records.find('listener', wanted.ListenerArn)) throw notFound('Listener', wanted.ListenerArn);
      const taken = records
        .all('rule')
        .some(({ listener, priority }) => listener === wanted.ListenerArn && priority === wanted.Priority);
      if (taken) throw new ServiceFault('PriorityInUse', `Priority '${wanted.Priority}' is currently in use`);
      const rule: Rule = {
        arn: ruleArn(wanted.ListenerArn),
        listener: wanted.ListenerArn,
        priority: wanted.Priority,
        hosts: hostsOf(wanted.Conditions),
        action: actionOf(records, wanted.Actions),
      };
      records.put('rule', rule);
      return { Rules: [described(rule)] };
    },
    ModifyRule(input) {
      const { RuleArn, Conditions, Actions } = parseQuery(modifyInput, input);
      const rule = {
        ...found(RuleArn),
        ...(Conditions && { hosts: hostsOf(Conditions) }),
        ...(Actions && { action: actionOf(records, Actions) }),
      };
      records.put('rule', rule);
      return { Rules: [described(rule)] };
    },
    DescribeRules(input) {
      const { ListenerArn, RuleArns } = parseQuery(describeInput, input);
      if (RuleArns) return { Rules: RuleArns.map((arn) => described(found(arn))) };
      const listener = ListenerArn === undefined ? undefined : records.find('listener', ListenerArn);
      if (ListenerArn === undefined) throw invalid('Either listener or rule ARNs must be specified');
      if (!listener) throw notFound('Listener', ListenerArn);
      const rules = records.all('rule').filter((rule) => rule.listener === ListenerArn);
      return {
        Rules: [...rules.toSorted((a, b) => a.priority - b.priority).map(described), describedDefault(listener)],
      };
    },
    DeleteRule(input) {
      records.remove(found(parseQuery(arnInput, input).RuleArn).arn);
      return {};
    },
  };
}

function hostsOf(conditions: z.output<typeof conditionsInput>): readonly string[] {
  const hosts = conditions.flatMap(({ Values, HostHeaderConfig }) => HostHeaderConfig?.Values ?? Values ?? []);
  if (conditions.length !== 1 || hosts.length === 0) {
    throw invalid('The local endpoint takes exactly one condition, with host names');
  }
  return hosts;
}

function described({ arn, priority, hosts, action }: Rule) {
  return {
    RuleArn: arn,
    Priority: String(priority),
    Conditions: [{ Field: 'host-header', Values: hosts, HostHeaderConfig: { Values: hosts } }],
    Actions: [describedAction(action)],
    IsDefault: false,
  };
}

function describedDefault({ arn, action }: Listener) {
  return {
    RuleArn: arn.replace(':listener/', ':listener-rule/'),
    Priority: 'default',
    Conditions: [],
    Actions: [describedAction(action)],
    IsDefault: true,
  };
}
