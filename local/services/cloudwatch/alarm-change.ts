import { alarmArn, statisticIn, type Alarm, type AlarmState } from './alarm-store.ts';

/** What an alarm's change of state says to others. */
export interface AlarmChange {
  /** For the bus: "CloudWatch Alarm State Change", source `aws.cloudwatch`. */
  readonly event: {
    readonly source: 'aws.cloudwatch';
    readonly 'detail-type': 'CloudWatch Alarm State Change';
    readonly resources: readonly [string];
    readonly detail: Readonly<Record<string, unknown>>;
  };
  /** For each of these SNS topics. */
  readonly topicArns: readonly string[];
  readonly subject: string;
  readonly message: string;
}

export function alarmChange({ settings }: Alarm, before: AlarmState, after: AlarmState): AlarmChange {
  const arn = alarmArn(settings.AlarmName);
  const actions = {
    OK: settings.OKActions,
    ALARM: settings.AlarmActions,
    INSUFFICIENT_DATA: settings.InsufficientDataActions,
  };
  const metric = {
    namespace: settings.Namespace,
    name: settings.MetricName,
    dimensions: Object.fromEntries(settings.Dimensions.map(({ Name, Value }) => [Name, Value])),
  };
  return {
    event: {
      source: 'aws.cloudwatch',
      'detail-type': 'CloudWatch Alarm State Change',
      resources: [arn],
      detail: {
        alarmName: settings.AlarmName,
        state: stateDetail(after),
        previousState: stateDetail(before),
        configuration: {
          ...(settings.AlarmDescription !== undefined && { description: settings.AlarmDescription }),
          metrics: [
            {
              id: 'm1',
              metricStat: { metric, period: settings.Period, stat: statisticIn(settings) },
              returnData: true,
            },
          ],
        },
      },
    },
    topicArns: settings.ActionsEnabled ? actions[after.value] : [],
    subject: `${after.value}: "${settings.AlarmName}" in EU (Ireland)`.slice(0, 100),
    message: JSON.stringify({
      AlarmName: settings.AlarmName,
      AlarmDescription: settings.AlarmDescription ?? null,
      AWSAccountId: '000000000000',
      NewStateValue: after.value,
      NewStateReason: after.reason,
      StateChangeTime: stamp(after.sinceMs),
      Region: 'EU (Ireland)',
      AlarmArn: arn,
      OldStateValue: before.value,
      Trigger: {
        MetricName: settings.MetricName,
        Namespace: settings.Namespace,
        Statistic: statisticIn(settings),
        Dimensions: settings.Dimensions.map(({ Name, Value }) => ({ name: Name, value: Value })),
        Period: settings.Period,
        EvaluationPeriods: settings.EvaluationPeriods,
        ComparisonOperator: settings.ComparisonOperator,
        Threshold: settings.Threshold,
        TreatMissingData: settings.TreatMissingData ?? 'missing',
      },
    }),
  };
}

function stateDetail({ value, reason, reasonData, sinceMs }: AlarmState) {
  return { value, reason, ...(reasonData !== undefined && { reasonData }), timestamp: stamp(sinceMs) };
}

/** `2026-01-01T00:00:00.000+0000`, as this service writes times. */
function stamp(milliseconds: number): string {
  return new Date(milliseconds).toISOString().replace('Z', '+0000');
}
