import { RemovalPolicy, Stack } from 'aws-cdk-lib';
import type { Stage } from 'aws-cdk-lib/aws-apigateway';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { CfnLoggingConfiguration, CfnWebACL, CfnWebACLAssociation } from 'aws-cdk-lib/aws-wafv2';
import { Construct } from 'constructs';
import { problemOf } from '#domain/refusal.ts';
import { numberAbove } from '../declared-size.ts';
import { countedRules } from '../firewall-exceptions.ts';

interface ApiFirewallProps {
  readonly stage: Stage;
  /** Requests of one address within five minutes. */
  readonly requestsPerAddress: number;
  /** `count` only writes down what would be refused. */
  readonly mode: 'block' | 'count';
  /** The largest body, in bytes, by path; the first one is for every path that is not named. */
  readonly bodyLimits: { readonly most: number; readonly byPath: Readonly<Record<string, number>> };
}

type Rule = CfnWebACL.RuleProperty;
type Statement = CfnWebACL.StatementProperty;
const tooMany = 'too-many';
const asItIs = [{ priority: 0, type: 'NONE' }];

/** What looks at a request before API Gateway does: how many there are from where, how large they say they are, and what is known to be bad. */
export class ApiFirewall extends Construct {
  constructor(scope: Construct, id: string, { stage, requestsPerAddress, mode, bodyLimits }: ApiFirewallProps) {
    super(scope, id);
    const refuse = mode === 'block' ? { block: {} } : { count: {} };
    const rules: readonly Omit<Rule, 'priority' | 'visibilityConfig'>[] = [
      {
        name: 'requests-per-address',
        statement: {
          rateBasedStatement: { limit: requestsPerAddress, evaluationWindowSec: 300, aggregateKeyType: 'IP' },
        },
        action:
          mode === 'block'
            ? {
                block: {
                  customResponse: {
                    responseCode: problemOf.rate_limited.status,
                    customResponseBodyKey: tooMany,
                    responseHeaders: [{ name: 'retry-after', value: '60' }],
                  },
                },
              }
            : refuse,
      },
      { name: 'declared-size', statement: declaredTooLarge(bodyLimits), action: refuse },
      ...Object.entries(countedRules).map(([name, counted]) => ({
        name,
        statement: {
          managedRuleGroupStatement: {
            vendorName: 'AWS',
            name,
            ruleActionOverrides: Object.keys(counted).map((rule) => ({ name: rule, actionToUse: { count: {} } })),
          },
        },
        overrideAction: mode === 'block' ? { none: {} } : { count: {} },
      })),
    ];
    const acl = new CfnWebACL(this, 'Acl', {
      name: 'deployment-service',
      description: 'In front of the API of the deployment service.',
      scope: 'REGIONAL',
      defaultAction: { allow: {} },
      customResponseBodies: {
        [tooMany]: { contentType: 'APPLICATION_JSON', content: JSON.stringify(tooManyRequests) },
      },
      visibilityConfig: seenAs('deployment-service'),
      rules: rules.map((rule, priority) => ({ ...rule, priority, visibilityConfig: seenAs(rule.name) })),
    });
    new CfnWebACLAssociation(this, 'Association', { webAclArn: acl.attrArn, resourceArn: stage.stageArn });
    this.#keepLog(acl);
  }

  /** Of what was refused or counted. The headers that hold tokens, secrets or signatures never get into it. */
  #keepLog(acl: CfnWebACL): void {
    const group = new LogGroup(this, 'Log', {
      // The firewall writes to no group without this prefix.
      logGroupName: 'aws-waf-logs-deployment-service',
      retention: RetentionDays.ONE_MONTH,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    const { partition, region, account } = Stack.of(this);
    new CfnLoggingConfiguration(this, 'Logging', {
      resourceArn: acl.attrArn,
      logDestinationConfigs: [`arn:${partition}:logs:${region}:${account}:log-group:${group.logGroupName}`],
      redactedFields: ['authorization', 'cookie', 'x-gitlab-token', 'x-hub-signature-256'].map((Name) => ({
        singleHeader: { Name },
      })),
      loggingFilter: {
        DefaultBehavior: 'DROP',
        Filters: [
          {
            Behavior: 'KEEP',
            Requirement: 'MEETS_ANY',
            Conditions: ['BLOCK', 'COUNT', 'EXCLUDED_AS_COUNT'].map((Action) => ({ ActionCondition: { Action } })),
          },
        ],
      },
    });
  }
}

/**
 * By what the request says of itself; a body that says nothing is measured by the function. The firewall itself reads only the
 * first kilobytes of a body.
 */
function declaredTooLarge({ most, byPath }: ApiFirewallProps['bodyLimits']): Statement {
  const at = Object.entries(byPath).map(([path, limit]) => ({ path: exactly(path), over: declares(limit) }));
  const elsewhere = at.map(({ path }): Statement => ({ notStatement: { statement: path } }));
  const rest = declares(most);
  const cases = [
    elsewhere.length === 0 ? rest : { andStatement: { statements: [...elsewhere, rest] } },
    ...at.map(({ path, over }): Statement => ({ andStatement: { statements: [path, over] } })),
  ];
  return cases.length === 1 ? rest : { orStatement: { statements: cases } };
}

function declares(limit: number): Statement {
  return {
    regexMatchStatement: {
      fieldToMatch: { singleHeader: { Name: 'content-length' } },
      regexString: numberAbove(limit),
      textTransformations: asItIs,
    },
  };
}

function exactly(path: string): Statement {
  return {
    byteMatchStatement: {
      fieldToMatch: { uriPath: {} },
      positionalConstraint: 'EXACTLY',
      searchString: path,
      textTransformations: asItIs,
    },
  };
}

const tooManyRequests = {
  type: 'urn:deployment-service:problem:rate_limited',
  title: problemOf.rate_limited.title,
  status: problemOf.rate_limited.status,
  code: 'rate_limited',
  detail: 'Too many requests came from this address within five minutes. Try again in a minute.',
};

function seenAs(metricName: string): CfnWebACL.VisibilityConfigProperty {
  return { metricName, cloudWatchMetricsEnabled: true, sampledRequestsEnabled: false };
}
