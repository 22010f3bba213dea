import { Duration } from 'aws-cdk-lib';
import {
  AlarmStatusWidget,
  Dashboard,
  GraphWidget,
  MathExpression,
  Metric,
  PeriodOverride,
  SingleValueWidget,
  TextWidget,
  type AlarmBase,
  type IMetric,
  type IWidget,
} from 'aws-cdk-lib/aws-cloudwatch';
import { Construct } from 'constructs';
import { alarms as alarmRows } from '#domain/telemetry/alarms/alarm-catalog.ts';
import type { AlarmRow, Statistic } from '#domain/telemetry/alarms/alarm.ts';
import { metricNamespace, type MetricName } from '#domain/telemetry/metric-catalog.ts';
import { apiMetric } from './api-metrics.ts';
import { ownMetric, signalMetrics, type Watched } from './signal-metrics.ts';

interface OperationsDashboardProps {
  readonly watched: Watched;
  readonly runbook: string;
  readonly alarms: readonly AlarmBase[];
}

export const dashboardName = 'deployment-service';
const period = Duration.minutes(5);
const width = 8;

/** One page that says how deployments go and how the service does; what is on it follows the order in which one asks. */
export class OperationsDashboard extends Construct {
  constructor(scope: Construct, id: string, { watched, runbook, alarms }: OperationsDashboardProps) {
    super(scope, id);
    new Dashboard(this, 'Dashboard', {
      dashboardName,
      defaultInterval: Duration.days(1),
      periodOverride: PeriodOverride.AUTO,
      widgets: [
        [
          new TextWidget({
            markdown: `An alarm is red? [The runbook](${runbook}) has a section for each.`,
            width: 24,
            height: 1,
          }),
        ],
        [new AlarmStatusWidget({ title: 'Alarms', alarms: [...alarms], width: 24, height: 4 })],
        [...deployments()],
        [...waiting(), ...previews()],
        [...api()],
        [...delivery(watched)],
        [...limits(watched)],
      ],
    });
  }
}

const own = (metric: MetricName, statistic: Statistic, label?: string): Metric =>
  ownMetric({ metric, statistic }, period, label);

function deployments(): readonly IWidget[] {
  const usingMetrics = {
    good: own('deploymentsSucceeded', 'Sum'),
    ours: ownMetric({ metric: 'deploymentsFailed', statistic: 'Sum', of: { fault: 'platform' } }, period),
    theirs: ownMetric({ metric: 'deploymentsFailed', statistic: 'Sum', of: { fault: 'user' } }, period),
  };
  const rate = (expression: string, label: string): IMetric =>
    new MathExpression({ expression, label, usingMetrics, period });
  return [
    graph('Success rate', '%', [
      rate('100 * FILL(good, 0) / (FILL(good, 0) + FILL(ours, 0) + FILL(theirs, 0))', 'all'),
      rate('100 * FILL(good, 0) / (FILL(good, 0) + FILL(ours, 0))', 'without what users broke'),
    ]),
    graph('Duration of those that succeeded', 'ms', [
      own('deploymentDuration', 'p50', 'median'),
      own('deploymentDuration', 'p95', '95 % within'),
    ]),
    graph('Failures by reason', 'count', [
      search('reason', 'deploymentsFailed', 'Sum'),
      own('rollbackCount', 'Sum', 'taken back'),
      own('rollbacksFailed', 'Sum', 'rollback failed'),
    ]),
  ];
}

function waiting(): readonly IWidget[] {
  return [
    graph('Wait for slot and runner', 'ms', [
      own('queueWaitTime', 'p50', 'slot, median'),
      own('queueWaitTime', 'p95', 'slot, 95 % within'),
      own('runnerWaitTime', 'p50', 'runner, median'),
      own('runnerWaitTime', 'p95', 'runner, 95 % within'),
    ]),
    graph('Runners', 'count', [
      own('runnersInUse', 'Maximum', 'in use'),
      own('runnersWaiting', 'Maximum', 'waiting'),
      own('runnerLimit', 'Maximum', 'limit'),
    ]),
  ];
}

function previews(): readonly IWidget[] {
  return [
    graph('From the wish for a preview until it answers', 'ms', [
      own('previewEnvProvisionTime', 'p50', 'median'),
      own('previewEnvProvisionTime', 'p95', '95 % within'),
    ]),
  ];
}

function api(): readonly IWidget[] {
  return [
    graph('Requests', 'count', [
      apiMetric('Count', 'Sum', period, 'all'),
      apiMetric('4XXError', 'Sum', period, '4xx'),
      apiMetric('5XXError', 'Sum', period, '5xx'),
    ]),
    graph('Latency of operations', 'ms', signal('api-is-slow')),
    new SingleValueWidget({
      title: 'Availability of the API, over what is shown',
      width,
      height: 6,
      setPeriodToTimeRange: true,
      metrics: [
        new MathExpression({
          expression: '100 * (1 - FILL(errors, 0) / requests)',
          usingMetrics: {
            errors: apiMetric('5XXError', 'Sum', period),
            requests: apiMetric('Count', 'Sum', period),
          },
          label: '%',
          period,
        }),
      ],
    }),
  ];
}

function delivery(watched: Watched): readonly IWidget[] {
  return [
    graph('How late events are', 'ms', [
      own('outboxAge', 'Maximum', 'oldest in the outbox'),
      ...signal('table-stream-lags', watched),
    ]),
    graph('Dead letters', 'count', signal('dead-letters', watched)),
    graph('Executions that broke, or stood still', 'count', [
      ...signal('executions-break', watched),
      own('deploymentsReconciled', 'Sum', 'reconciled'),
    ]),
  ];
}

function limits(watched: Watched): readonly IWidget[] {
  return [
    graph('Throttles of the table', 'count', signal('table-throttles', watched)),
    graph('Throttles of functions', 'count', [
      ...signal('functions-are-throttled', watched),
      new Metric({
        namespace: 'AWS/Lambda',
        metricName: 'ConcurrentExecutions',
        statistic: 'Maximum',
        period,
        label: 'at once',
      }),
    ]),
    graph('Firewall', 'count', signal('firewall-blocks-many', watched)),
  ];
}

/** What an alarm looks at, without its expression: each series by itself. */
function signal(id: string, watched?: Watched): readonly IMetric[] {
  const row = alarmRows.find((each) => each.id === id);
  if (!row) throw new Error(`There is no alarm "${id}".`);
  const shown: AlarmRow = { ...row, periodSeconds: period.toSeconds() };
  const parts = signalMetrics(shown, watched ?? nothing);
  return (parts?.metrics ?? []).flatMap((metric) =>
    metric instanceof MathExpression ? Object.values(metric.usingMetrics) : [metric],
  );
}

const nothing: Watched = {
  place: { partition: '', account: '', region: '' },
  tableName: '',
  indexNames: [],
  deadLetterQueues: [],
};

/** One series for each value of a dimension that there is. */
function search(dimension: string, metric: MetricName, statistic: Statistic): IMetric {
  const seconds = period.toSeconds();
  return new MathExpression({
    expression: `SEARCH('{${metricNamespace},${dimension}} MetricName="${metric}"', '${statistic}', ${seconds})`,
    usingMetrics: {},
    // The series are called by the value.
    label: '',
    period,
  });
}

function graph(title: string, unit: string, left: readonly IMetric[]): GraphWidget {
  return new GraphWidget({
    title,
    left: [...left],
    leftYAxis: { label: unit, min: 0, showUnits: false },
    width,
    height: 6,
  });
}
