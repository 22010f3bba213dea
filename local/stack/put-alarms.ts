import { CloudWatchClient, PutMetricAlarmCommand } from '@aws-sdk/client-cloudwatch';
import { CreateTopicCommand, SNSClient } from '@aws-sdk/client-sns';
import { alarms } from '#domain/telemetry/alarms/alarm-catalog.ts';
import {
  alarmDescription,
  alarmName,
  alarmTopicNames,
  persistingAlarmName,
} from '#domain/telemetry/alarms/alarm-names.ts';
import type { AlarmRow, Severity } from '#domain/telemetry/alarms/alarm.ts';
import { metricNamespace } from '#domain/telemetry/metric-catalog.ts';
import type { ClientOptions } from './client-options.ts';
import { account, region } from './names.ts';

const comparisons = {
  above: 'GreaterThanThreshold',
  'at-least': 'GreaterThanOrEqualToThreshold',
  below: 'LessThanThreshold',
} as const;
const missing = { good: 'notBreaching', bad: 'breaching', 'no-change': 'ignore' } as const;

/**
 * The alarms of the stack that look at one metric of the service's own, and their topics. What AWS measures of itself is
 * not measured here, and expressions and composites are refused by the local endpoint: an alarm that is quiet while
 * another one is red tells nevertheless.
 */
export async function putAlarms(options: ClientOptions): Promise<void> {
  const sns = new SNSClient(options);
  const cloudwatch = new CloudWatchClient(options);
  for (const Name of Object.values(alarmTopicNames)) await sns.send(new CreateTopicCommand({ Name }));
  for (const row of alarms) {
    for (const input of inputsOf(row)) await cloudwatch.send(new PutMetricAlarmCommand(input));
  }
}

export function alarmTopicArn(severity: Severity): string {
  return `arn:aws:sns:${region}:${account}:${alarmTopicNames[severity]}`;
}

function inputsOf(row: AlarmRow): readonly ConstructorParameters<typeof PutMetricAlarmCommand>[0][] {
  const { id, signal, severity, periods = 1, pagesAfter } = row;
  if (signal.kind !== 'own') return [];
  const { metric, statistic, of = {} } = signal;
  const put = (AlarmName: string, EvaluationPeriods: number, told: Severity) => ({
    AlarmName,
    AlarmDescription: alarmDescription(row, 'docs/runbook.md'),
    Namespace: metricNamespace,
    MetricName: metric,
    Dimensions: Object.entries(of).map(([Name, Value]) => ({ Name, Value })),
    ...(statistic.startsWith('p')
      ? { ExtendedStatistic: statistic }
      : { Statistic: statistic as 'Sum' | 'Maximum' | 'Average' }),
    Period: row.periodSeconds,
    EvaluationPeriods,
    Threshold: row.threshold,
    ComparisonOperator: comparisons[row.comparison],
    TreatMissingData: missing[row.missing.means],
    AlarmActions: [alarmTopicArn(told)],
    OKActions: [alarmTopicArn(told)],
  });
  return [
    put(alarmName(id), periods, severity),
    ...(pagesAfter === undefined ? [] : [put(persistingAlarmName(id), pagesAfter, 'page')]),
  ];
}
