import * as fc from 'fast-check';
import * as z from 'zod';
import { describe, expect, it } from 'vitest';
import { functionCatalog } from '#functions/catalog.ts';
import { countedRules } from '#infra/firewall-exceptions.ts';
import { numberAbove } from '#infra/declared-size.ts';
import {
  completeContext,
  deploymentServiceWith,
  installation,
  ofType,
  resourcesOf,
  type Resource,
} from './synthesized.ts';

const regex = z.object({ RegexMatchStatement: z.object({ RegexString: z.string() }) });
const rule = z.object({
  Name: z.string(),
  Priority: z.number(),
  Statement: z.record(z.string(), z.unknown()),
  Action: z.record(z.string(), z.unknown()).optional(),
  OverrideAction: z.record(z.string(), z.unknown()).optional(),
  VisibilityConfig: z.object({ CloudWatchMetricsEnabled: z.literal(true), MetricName: z.string() }),
});
const acl = z.object({
  Scope: z.literal('REGIONAL'),
  DefaultAction: z.object({ Allow: z.object({}) }),
  Rules: z.array(rule),
  CustomResponseBodies: z.record(z.string(), z.object({ Content: z.string() })),
});

function rulesOf(resources: readonly Resource[] = installation()) {
  const [found, ...others] = resources.filter(({ type }) => type === 'AWS::WAFv2::WebACL');
  expect(others).toEqual([]);
  return acl.parse(found?.properties);
}

function ruleNamed(name: string) {
  const found = rulesOf().Rules.find(({ Name }) => Name === name);
  if (!found) throw new Error(`There is no rule ${name}.`);
  return found;
}

it('the firewall stands in front of the stage of the API', () => {
  const [association, ...others] = ofType('AWS::WAFv2::WebACLAssociation');
  const [firewall] = ofType('AWS::WAFv2::WebACL');
  const [stage] = ofType('AWS::ApiGateway::Stage');
  expect(others).toEqual([]);
  expect(association?.properties['WebACLArn']).toBe(`api/${firewall?.id}.Arn`);
  expect(association?.properties['ResourceArn']).toBe(
    `arn:aws:apigateway:eu-west-1::/restapis/${String(stage?.properties['RestApiId'])}/stages/${stage?.stack}/${stage?.id}`,
  );
});

it('one address gets as many requests in five minutes as the setting says, and then an answer that says so', () => {
  const { Statement, Action } = ruleNamed('requests-per-address');
  expect(Statement).toEqual({
    RateBasedStatement: { Limit: 10_000, EvaluationWindowSec: 300, AggregateKeyType: 'IP' },
  });
  expect(Action).toMatchObject({ Block: { CustomResponse: { ResponseCode: 429 } } });
  const { Content } = Object.values(rulesOf().CustomResponseBodies)[0] ?? { Content: '' };
  expect(JSON.parse(Content)).toMatchObject({ status: 429, code: 'rate_limited' });
});

describe('the managed groups', () => {
  it.each([
    'AWSManagedRulesCommonRuleSet',
    'AWSManagedRulesKnownBadInputsRuleSet',
    'AWSManagedRulesAmazonIpReputationList',
  ])('%s refuses by its own rules, apart from those that have a reason to count', (name) => {
    const { Statement, OverrideAction } = ruleNamed(name);
    expect(OverrideAction).toEqual({ None: {} });
    const { ManagedRuleGroupStatement: group } = z
      .object({
        ManagedRuleGroupStatement: z.object({
          VendorName: z.literal('AWS'),
          Name: z.literal(name),
          RuleActionOverrides: z.array(z.object({ Name: z.string(), ActionToUse: z.object({ Count: z.object({}) }) })),
        }),
      })
      .parse(Statement);
    for (const { Name } of group.RuleActionOverrides) {
      expect(countedRules[name]?.[Name], Name).toMatch(/^[A-Z].{20,}\.$/);
    }
  });

  it('no rule that refuses by the size of a body stands in the way of a manifest', () => {
    expect(Object.keys(countedRules['AWSManagedRulesCommonRuleSet'] ?? {})).toContain('SizeRestrictions_BODY');
  });
});

describe('the size that a request declares', () => {
  const statements = () =>
    z
      .object({
        OrStatement: z.object({
          Statements: z.array(z.object({ AndStatement: z.object({ Statements: z.array(z.unknown()) }) })),
        }),
      })
      .parse(ruleNamed('declared-size').Statement)
      .OrStatement.Statements.map(({ AndStatement }) => AndStatement.Statements);
  const limitIn = (all: readonly unknown[]) => {
    const { RegexString } = regex.parse(all.at(-1)).RegexMatchStatement;
    return (length: number) => new RegExp(RegexString).test(String(length));
  };

  it('is refused above what the operation takes, and not below', () => {
    const [elsewhere, ...named] = statements();
    const over = limitIn(elsewhere ?? []);
    expect([over(1024 * 1024), over(1024 * 1024 + 1)]).toEqual([false, true]);
    expect(named).toHaveLength(2);
    for (const each of named) {
      const overHere = limitIn(each);
      expect([overHere(4 * 1024 * 1024), overHere(4 * 1024 * 1024 + 1)]).toEqual([false, true]);
    }
  });

  it('knows every operation that takes a larger body by its path', () => {
    const larger = functionCatalog.flatMap(({ trigger }) =>
      trigger.kind === 'api' && trigger.contract.bodyLimitBytes !== undefined ? [trigger.contract.path] : [],
    );
    const text = JSON.stringify(statements().slice(1));
    expect(larger).toHaveLength(2);
    for (const path of larger) expect(text).toContain(`"SearchString":"${path}"`);
  });

  it('is compared as a number would be', () => {
    const size = fc.integer({ min: 0, max: 20_000_000 });
    fc.assert(
      fc.property(size, size, fc.integer({ min: 0, max: 3 }), (limit, length, zeros) => {
        const declared = '0'.repeat(zeros) + String(length);
        expect(new RegExp(numberAbove(limit)).test(declared)).toBe(length > limit);
      }),
      { numRuns: 2000 },
    );
    expect(new RegExp(numberAbove(99)).test('100')).toBe(true);
    expect(numberAbove(2 ** 32).length).toBeLessThan(512);
  });
});

it('the log keeps what was refused or counted, without tokens, secrets and signatures', () => {
  const [group] = ofType('AWS::Logs::LogGroup').filter(({ properties }) =>
    String(properties['LogGroupName']).startsWith('aws-waf-logs-'),
  );
  expect(group?.properties['RetentionInDays']).toBe(30);
  const [logging] = ofType('AWS::WAFv2::LoggingConfiguration');
  expect(logging?.properties['RedactedFields']).toEqual(
    ['authorization', 'cookie', 'x-gitlab-token', 'x-hub-signature-256'].map((Name) => ({ SingleHeader: { Name } })),
  );
  expect(logging?.properties['LoggingFilter']).toMatchObject({ DefaultBehavior: 'DROP' });
});

it('every rule has a metric of its own', () => {
  const { Rules } = rulesOf();
  expect(Rules.map(({ Priority }) => Priority)).toEqual(Rules.map((_, index) => index));
  expect(Rules.map(({ VisibilityConfig }) => VisibilityConfig.MetricName)).toEqual(Rules.map(({ Name }) => Name));
});

it('in count mode nothing is refused', () => {
  const { Rules } = rulesOf(resourcesOf(deploymentServiceWith({ ...completeContext, firewallMode: 'count' })));
  expect(Rules.map(({ Action, OverrideAction }) => Action ?? OverrideAction)).toEqual(Rules.map(() => ({ Count: {} })));
});
