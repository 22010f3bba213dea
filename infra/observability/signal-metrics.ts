import { Duration } from 'aws-cdk-lib';
import { MathExpression, Metric, type IMetric } from 'aws-cdk-lib/aws-cloudwatch';
import type { AlarmRow, Signal } from '#domain/telemetry/alarms/alarm.ts';
import { metricNamespace } from '#domain/telemetry/metric-catalog.ts';
import { functionCatalog, functionNameOf, nameOf } from '#functions/catalog.ts';
import { apiMetric, operationMetric } from './api-metrics.ts';
import { machineArn, machineNames, type Place } from '../names.ts';

/** What alarms and widgets are about, by the names that the template knows. */
export interface Watched {
  readonly place: Place;
  readonly tableName: string;
  readonly indexNames: readonly string[];
  /** Names of the queues of what could not be handled. */
  readonly deadLetterQueues: readonly string[];
  /** Under which name the firewall counts; absent where there is none. */
  readonly firewall?: string;
}

/** An alarm of CloudWatch takes no more in one expression. */
const mostMetrics = 10;

/** Of these one has to be bad, or all of them. */
export type Parts =
  | { readonly join: 'any'; readonly metrics: readonly IMetric[] }
  | { readonly join: 'all'; readonly metrics: readonly [long: IMetric, short: IMetric] };

/** What a row of the alarms looks at, as metrics of CloudWatch; undefined where there is nothing to look at. */
export function signalMetrics({ signal, periodSeconds }: AlarmRow, watched: Watched): Parts | undefined {
  const period = Duration.seconds(periodSeconds);
  const one = (metric: IMetric): Parts => ({ join: 'any', metrics: [metric] });
  switch (signal.kind) {
    case 'own':
      return one(ownMetric(signal, period));
    case 'platform-failures':
      return one(platformFailures(period, signal.atLeast));
    case 'error-budget-burn':
      return {
        join: 'all',
        metrics: [burnRate(signal, period), burnRate(signal, Duration.seconds(signal.shortWindowSeconds))],
      };
    case 'latency':
      return one(joined('MAX', operationsMetrics(signal, period), period));
    case 'functions':
      return parts(signal.metric === 'IteratorAge' ? 'MAX' : 'SUM', functionMetrics(signal, period), period);
    case 'account-throttles':
      return one(new Metric({ namespace: 'AWS/Lambda', metricName: 'Throttles', statistic: 'Sum', period }));
    case 'machines':
      return parts('SUM', machineMetrics(signal, watched.place, period), period);
    case 'table-throttles':
      return parts('SUM', tableThrottles(watched, period), period);
    case 'dead-letters':
      return parts('SUM', queueDepths(watched, period), period);
    case 'firewall-blocks':
      return watched.firewall === undefined ? undefined : one(firewallBlocks(watched.firewall, watched.place, period));
  }
}

export function ownMetric(
  { metric, statistic, of: dimensionsMap = {} }: Omit<Extract<Signal, { kind: 'own' }>, 'kind'>,
  period: Duration,
  label?: string,
): Metric {
  return new Metric({
    namespace: metricNamespace,
    metricName: metric,
    dimensionsMap: { ...dimensionsMap },
    statistic,
    period,
    ...(label !== undefined && { label }),
  });
}

function platformFailures(period: Duration, atLeast: number): IMetric {
  const sum = (metric: 'deploymentsFailed' | 'deploymentsSucceeded', of?: Readonly<Record<string, string>>) =>
    ownMetric({ metric, statistic: 'Sum', ...(of && { of }) }, period);
  return new MathExpression({
    // What users break is neither: it says nothing of the platform.
    expression: `IF(FILL(ours, 0) >= ${atLeast}, 100 * FILL(ours, 0) / (FILL(ours, 0) + FILL(good, 0)), 0)`,
    usingMetrics: { ours: sum('deploymentsFailed', { fault: 'platform' }), good: sum('deploymentsSucceeded') },
    label: 'percent that failed by our fault',
    period,
  });
}

function burnRate(
  { budget, atLeast }: Extract<Signal, { kind: 'error-budget-burn' }>,
  period: Duration,
): MathExpression {
  return new MathExpression({
    expression: `IF(errors >= ${atLeast}, errors / requests / ${budget}, 0)`,
    usingMetrics: { errors: apiMetric('5XXError', 'Sum', period), requests: apiMetric('Count', 'Sum', period) },
    label: `times the error budget, over ${period.toHumanString()}`,
    period,
  });
}

function operationsMetrics(
  { operations, statistic }: Extract<Signal, { kind: 'latency' }>,
  period: Duration,
): readonly Metric[] {
  return operations.map((operation) => operationMetric(operation, 'Latency', statistic, period));
}

function functionMetrics(signal: Extract<Signal, { kind: 'functions' }>, period: Duration): readonly Metric[] {
  const rows = functionCatalog.filter((row) =>
    'named' in signal ? signal.named.includes(nameOf(row)) : row.trigger.kind === signal.triggeredBy,
  );
  const statistic = signal.metric === 'IteratorAge' ? 'Maximum' : 'Sum';
  return rows.map((row) => {
    const dimensionsMap = { FunctionName: functionNameOf(row) };
    return new Metric({
      namespace: 'AWS/Lambda',
      metricName: signal.metric,
      dimensionsMap,
      statistic,
      period,
      label: nameOf(row),
    });
  });
}

function machineMetrics(
  { metrics, failWithTheirWork }: Extract<Signal, { kind: 'machines' }>,
  place: Place,
  period: Duration,
): readonly Metric[] {
  return metrics.flatMap((metricName) => {
    const ordinary = metricName === 'ExecutionsFailed' ? failWithTheirWork : [];
    return machineNames
      .filter((name) => !ordinary.includes(name))
      .map((name) => {
        const dimensionsMap = { StateMachineArn: machineArn(place, name) };
        const label = `${name} ${metricName}`;
        return new Metric({ namespace: 'AWS/States', metricName, dimensionsMap, statistic: 'Sum', period, label });
      });
  });
}

function tableThrottles({ tableName, indexNames }: Watched, period: Duration): readonly Metric[] {
  const throttles = (metricName: string, more: Readonly<Record<string, string>> = {}, label = metricName): Metric =>
    new Metric({
      namespace: 'AWS/DynamoDB',
      metricName,
      dimensionsMap: { TableName: tableName, ...more },
      statistic: 'Sum',
      period,
      label,
    });
  return [
    throttles('ReadThrottleEvents'),
    throttles('WriteThrottleEvents'),
    // A busy partition of an index holds back the writes of the table.
    ...indexNames.map((name) => throttles('WriteThrottleEvents', { GlobalSecondaryIndexName: name }, name)),
  ];
}

function queueDepths({ deadLetterQueues }: Watched, period: Duration): readonly Metric[] {
  return deadLetterQueues.map(
    (QueueName) =>
      new Metric({
        namespace: 'AWS/SQS',
        metricName: 'ApproximateNumberOfMessagesVisible',
        dimensionsMap: { QueueName },
        statistic: 'Maximum',
        period,
      }),
  );
}

function firewallBlocks(WebACL: string, { region: Region }: Place, period: Duration): Metric {
  const dimensionsMap = { WebACL, Region, Rule: 'ALL' };
  return new Metric({
    namespace: 'AWS/WAFV2',
    metricName: 'BlockedRequests',
    dimensionsMap,
    statistic: 'Sum',
    period,
    label: 'blocked',
  });
}

/** In pieces that one alarm can take; one piece that is bad is enough. */
function parts(by: 'SUM' | 'MAX', metrics: readonly IMetric[], period: Duration): Parts {
  const pieces = Array.from({ length: Math.ceil(metrics.length / mostMetrics) }, (_, index) =>
    metrics.slice(index * mostMetrics, (index + 1) * mostMetrics),
  );
  return { join: 'any', metrics: pieces.map((piece) => joined(by, piece, period)) };
}

function joined(by: 'SUM' | 'MAX', metrics: readonly IMetric[], period: Duration): IMetric {
  const [first] = metrics;
  if (metrics.length === 1 && first) return first;
  const named = Object.fromEntries(metrics.map((metric, index) => [`m${index + 1}`, metric]));
  // A missing value would make the whole of the expression missing.
  const filled = Object.keys(named).map((name) => `FILL(${name}, 0)`);
  return new MathExpression({ expression: `${by}([${filled.join(', ')}])`, usingMetrics: named, period, label: by });
}
