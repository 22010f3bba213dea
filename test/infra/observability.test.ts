import * as z from 'zod';
import { describe, expect, it, test } from 'vitest';
import { alarms } from '#domain/telemetry/alarms/alarm-catalog.ts';
import { metricCatalog } from '#domain/telemetry/metric-catalog.ts';
import { functionCatalog, nameOf } from '#functions/catalog.ts';
import { readSettings } from '#infra/settings.ts';
import { statementsIn } from './policies.ts';
import { completeContext, deploymentServiceWith, ofType, resourcesOf, type Resource } from './synthesized.ts';

const metricStat = z.object({
  Metric: z.object({
    Namespace: z.string(),
    MetricName: z.string(),
    Dimensions: z.array(z.object({ Name: z.string(), Value: z.string() })).default([]),
  }),
  Period: z.number(),
});
const alarmProperties = z.object({
  AlarmName: z.string(),
  AlarmDescription: z.string(),
  AlarmActions: z.array(z.string()).default([]),
  OKActions: z.array(z.string()).default([]),
  EvaluationPeriods: z.number().optional(),
  Period: z.number().optional(),
  MetricName: z.string().optional(),
  Dimensions: z.array(z.object({ Name: z.string(), Value: z.string() })).default([]),
  TreatMissingData: z.string().optional(),
  Metrics: z.array(z.object({ MetricStat: metricStat.optional(), Expression: z.string().optional() })).default([]),
  AlarmRule: z.string().optional(),
});

const all = [...ofType('AWS::CloudWatch::Alarm'), ...ofType('AWS::CloudWatch::CompositeAlarm')].map((resource) => ({
  ...alarmProperties.parse(resource.properties),
  arn: `${resource.stack}/${resource.id}.Arn`,
}));

function alarm(name: string) {
  const found = all.find(({ AlarmName }) => AlarmName === `deployment-service-${name}`);
  expect(found, name).toBeDefined();
  return found as (typeof all)[number];
}

function topic(name: string): string {
  const found = ofType('AWS::SNS::Topic').find(({ properties }) => properties['TopicName'] === name);
  expect(found, name).toBeDefined();
  return `${found?.stack}/${found?.id}`;
}

/** Values of a dimension that an alarm, or those that it is made of, looks at. */
function lookedAt(name: string, dimension: string): readonly string[] {
  const own = all.filter(({ AlarmName }) => new RegExp(`^deployment-service-${name}(-\\d+)?$`).test(AlarmName));
  return own
    .flatMap(({ Metrics, Dimensions }) => [
      ...Dimensions,
      ...Metrics.flatMap((each) => each.MetricStat?.Metric.Dimensions ?? []),
    ])
    .flatMap(({ Name, Value }) => (Name === dimension ? [Value] : []));
}

describe.each(alarms)('the alarm $id', (row) => {
  it(`tells those who get a ${row.severity}, of its beginning and of its end`, () => {
    const { AlarmActions, OKActions } = alarm(row.id);
    expect(AlarmActions).toEqual([topic(`deployment-service-${row.severity}s`)]);
    expect(OKActions).toEqual(AlarmActions);
  });

  it('becomes a page when it goes on, if it says so', () => {
    const name = `${row.id}-goes-on`;
    if (row.pagesAfter === undefined) {
      expect(all.map(({ AlarmName }) => AlarmName)).not.toContain(`deployment-service-${name}`);
      return;
    }
    expect(row.severity).toBe('ticket');
    expect(row.pagesAfter).toBeGreaterThan(row.periods ?? 1);
    expect(alarm(name).AlarmActions).toEqual([topic('deployment-service-pages')]);
    const [part] = all.filter(({ AlarmName, EvaluationPeriods }) => AlarmName.includes(name) && EvaluationPeriods);
    expect(part?.EvaluationPeriods).toBe(row.pagesAfter);
  });

  it('treats missing values as its row says', () => {
    const words = { good: 'notBreaching', bad: 'breaching', 'no-change': 'ignore' };
    const parts = all.filter(({ AlarmName, TreatMissingData }) =>
      Boolean(TreatMissingData && new RegExp(`^deployment-service-${row.id}(-goes-on)?(-\\d+)?$`).test(AlarmName)),
    );
    expect(new Set(parts.map(({ TreatMissingData }) => TreatMissingData))).toEqual(new Set([words[row.missing.means]]));
  });

  it('is quiet while those are red that say the same louder', () => {
    const silences = row.quietWhile ?? [];
    for (const id of silences) expect(alarms.find((each) => each.id === id)?.quietWhile).toBeUndefined();
    const { AlarmRule = '' } = alarm(row.id);
    const [, not = ''] = AlarmRule.split(' AND (NOT ');
    expect(silences.filter((id) => !not.includes(alarm(id).arn) && !not.includes(alarm(id).AlarmName))).toEqual([]);
    expect(not !== '').toBe(silences.length > 0);
  });
});

it('CloudWatch takes the alarms: ten metrics at most, and a day', () => {
  for (const { AlarmName, Metrics, Period, EvaluationPeriods = 1 } of all) {
    const stats = Metrics.flatMap((each) => each.MetricStat ?? []);
    expect(stats.length, AlarmName).toBeLessThanOrEqual(10);
    const seconds = Math.max(Period ?? 0, ...stats.map((each) => each.Period)) * EvaluationPeriods;
    expect(seconds, AlarmName).toBeLessThanOrEqual(86_400);
  }
});

it('an alarm that tells nobody is part of one that does', () => {
  const rules = all.map(({ AlarmRule = '' }) => AlarmRule).join('\n');
  const silent = all.filter(({ AlarmActions }) => AlarmActions.length === 0);
  expect(silent.length).toBeGreaterThan(0);
  expect(silent.filter(({ arn }) => !rules.includes(arn)).map(({ AlarmName }) => AlarmName)).toEqual([]);
});

it('the budget of the API is looked at over a long window and a short one', () => {
  const periods = (name: string) =>
    all
      .find(({ AlarmName }) => AlarmName === `deployment-service-${name}`)
      ?.Metrics.flatMap((each) => each.MetricStat?.Period ?? []);
  expect(periods('api-is-failing-1')).toEqual([3600, 3600]);
  expect(periods('api-is-failing-2')).toEqual([300, 300]);
  expect(periods('api-fails-now-and-then-1')).toEqual([21_600, 21_600]);
  expect(periods('api-fails-now-and-then-2')).toEqual([1800, 1800]);
  expect(alarm('api-is-failing').AlarmRule).toMatch(/ALARM\(.*\) AND ALARM\(/);
});

describe('what alarms look at is there', () => {
  it('the API and its operations', () => {
    const [api] = ofType('AWS::ApiGateway::RestApi');
    const [stage] = ofType('AWS::ApiGateway::Stage');
    expect(new Set(lookedAt('api-is-failing', 'ApiName'))).toEqual(new Set([api?.properties['Name']]));
    expect(new Set(lookedAt('api-is-failing', 'Stage'))).toEqual(new Set([stage?.properties['StageName']]));
    const resources = new Set(lookedAt('api-is-slow', 'Resource'));
    expect(resources).toContain('/deployments');
    for (const resource of resources) expect(resource).toMatch(/^\/[a-z]/);
  });

  it('the table', () => {
    const [table] = ofType('AWS::DynamoDB::GlobalTable');
    expect(new Set(lookedAt('table-throttles', 'TableName'))).toEqual(new Set([`${table?.stack}/${table?.id}`]));
  });

  it('every queue of what could not be handled', () => {
    const queues = ofType('AWS::SQS::Queue').map(({ stack, id }) => `${stack}/${id}.QueueName`);
    expect(queues.length).toBeGreaterThan(10);
    expect([...lookedAt('dead-letters', 'QueueName')].toSorted()).toEqual(queues.toSorted());
  });

  it('every machine', () => {
    const machines = ofType('AWS::StepFunctions::StateMachine').map(({ properties }) => properties['StateMachineName']);
    const watched = lookedAt('executions-break', 'StateMachineArn').map((arn) => arn.split(':').at(-1));
    expect(new Set(watched)).toEqual(new Set(machines));
  });

  it('the firewall', () => {
    const [firewall] = ofType('AWS::WAFv2::WebACL');
    const seenAs = firewall?.properties['VisibilityConfig'] as { readonly MetricName: string } | undefined;
    expect(seenAs).toBeDefined();
    expect(lookedAt('firewall-blocks-many', 'WebACL')).toEqual([seenAs?.MetricName]);
  });

  it('every function that nobody waits for: its errors, or what it could not handle', () => {
    const functions = new Set(
      ofType('AWS::Lambda::Function').map(({ properties }) => String(properties['FunctionName'])),
    );
    const named = [
      'executions-do-not-start',
      'schedules-fail',
      'people-are-not-told',
      'telemetry-is-blind',
      'table-stream-lags',
    ].flatMap((id) => lookedAt(id, 'FunctionName'));
    for (const name of named) expect(functions).toContain(name);
    for (const row of functionCatalog.filter(({ trigger }) => trigger.kind === 'schedule')) {
      expect(named).toContain(`deployment-service-${nameOf(row)}`);
    }
  });
});

describe('the topics of alarms', () => {
  it.each(['deployment-service-pages', 'deployment-service-tickets'])(
    '%s take what alarms of this service say',
    (name) => {
      const allowed = statementsIn(ofType('AWS::SNS::TopicPolicy'))
        .map(({ statement }) => statement)
        .filter(({ Effect, Resource: about }) => Effect === 'Allow' && about.includes(topic(name)));
      expect(allowed).toMatchObject([
        {
          Action: ['sns:Publish'],
          Condition: {
            StringEquals: { 'aws:SourceAccount': '000000000000' },
            ArnLike: { 'aws:SourceArn': 'arn:aws:cloudwatch:eu-west-1:000000000000:alarm:deployment-service-*' },
          },
        },
      ]);
    },
  );

  it('take nothing from any service but CloudWatch', () => {
    const policies = ofType('AWS::SNS::TopicPolicy').filter(({ stack }) => stack === 'observability');
    const principals = policies.flatMap(
      ({ properties }) => JSON.stringify(properties).match(/"[\w.]+\.amazonaws\.com"/g) ?? [],
    );
    expect(principals).toEqual(['"cloudwatch.amazonaws.com"', '"cloudwatch.amazonaws.com"']);
  });

  it('have the receivers that the settings name, and none without', () => {
    const isOurs = ({ stack }: Resource) => stack === 'observability';
    expect(ofType('AWS::SNS::Subscription').filter(isOurs)).toEqual([]);
    const pages = 'https://events.example.com/on-call';
    const receivers = resourcesOf(
      deploymentServiceWith({
        ...completeContext,
        pages,
        tickets: 'ops@example.com',
        runbookUrl: 'https://wiki.example.com/runbook',
      }),
    ).filter(isOurs);
    const subscriptions = receivers.filter(({ type }) => type === 'AWS::SNS::Subscription');
    expect(subscriptions.map(({ properties }) => [properties['Protocol'], properties['Endpoint']])).toEqual([
      ['https', pages],
      ['email', 'ops@example.com'],
    ]);
    const rollback = receivers.find(
      ({ properties }) => properties['AlarmName'] === 'deployment-service-rollback-failed',
    );
    expect(rollback?.properties['AlarmDescription']).toBe(
      'Rollback failed. What to do: https://wiki.example.com/runbook#rollback-failed',
    );
  });

  it.each([
    { pages: 'http://events.example.com' },
    { tickets: 'nobody' },
    { runbookUrl: 'https://wiki.example.com/page#part' },
  ])('are refused with %j', (context) => {
    const given: Readonly<Record<string, string | undefined>> = { ...completeContext, ...context };
    expect(() => readSettings((name) => given[name])).toThrow(Object.keys(context)[0]);
  });
});

describe('the dashboard', () => {
  const [dashboard] = ofType('AWS::CloudWatch::Dashboard');
  const body = z
    .object({ widgets: z.array(z.object({ type: z.string(), properties: z.record(z.string(), z.unknown()) })) })
    .parse(JSON.parse(String(dashboard?.properties['DashboardBody'])));
  const text = JSON.stringify(body);

  test('is one page with everything that is asked first', () => {
    expect(body.widgets.map(({ properties }) => properties['title']).filter(Boolean)).toEqual([
      'Alarms',
      'Success rate',
      'Duration of those that succeeded',
      'Failures by reason',
      'Wait for slot and runner',
      'Runners',
      'From the wish for a preview until it answers',
      'Requests',
      'Latency of operations',
      'Availability of the API, over what is shown',
      'How late events are',
      'Dead letters',
      'Executions that broke, or stood still',
      'Throttles of the table',
      'Throttles of functions',
      'Firewall',
    ]);
  });

  test('shows metrics that the service writes, in sets of dimensions that it writes them in', () => {
    const shown = [...text.matchAll(/\["DeploymentService","(\w+)"((?:,"[^"]+","[^"]+")*)/g)].map(
      ([, name = '', rest = '']) => ({
        name,
        dimensions: [...rest.matchAll(/,"([^"]+)","[^"]+"/g)].map(([, dimension]) => dimension),
      }),
    );
    expect(shown.length).toBeGreaterThan(10);
    const catalog: Readonly<Record<string, { readonly dimensionSets: readonly (readonly string[])[] }>> = metricCatalog;
    for (const { name, dimensions } of shown) expect(catalog[name]?.dimensionSets, name).toContainEqual(dimensions);
  });
});
