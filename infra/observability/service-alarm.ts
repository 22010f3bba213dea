import {
  Alarm,
  AlarmRule,
  AlarmState,
  ComparisonOperator,
  CompositeAlarm,
  TreatMissingData,
  type AlarmBase,
  type IAlarmRule,
  type IMetric,
} from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import { alarmDescription, alarmName, persistingAlarmName } from '#domain/telemetry/alarms/alarm-names.ts';
import type { AlarmRow, Severity } from '#domain/telemetry/alarms/alarm.ts';
import type { Parts } from './signal-metrics.ts';

interface ServiceAlarmProps {
  readonly row: AlarmRow;
  readonly parts: Parts;
  readonly topics: Readonly<Record<Severity, ITopic>>;
  /** While one of these is red, nobody is told. */
  readonly quietWhile: readonly ServiceAlarm[];
  readonly runbook: string;
}

const comparisons = {
  above: ComparisonOperator.GREATER_THAN_THRESHOLD,
  'at-least': ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
  below: ComparisonOperator.LESS_THAN_THRESHOLD,
} as const;
const missing = {
  good: TreatMissingData.NOT_BREACHING,
  bad: TreatMissingData.BREACHING,
  'no-change': TreatMissingData.IGNORE,
} as const;

/**
 * A row of the alarms: one alarm that tells its topic, and where a ticket may become a page, a second one that is red when
 * the first has been for long. Where several metrics or other alarms have a say, what tells is a composite of them.
 */
export class ServiceAlarm extends Construct {
  readonly alarm: AlarmBase;

  constructor(scope: Construct, props: ServiceAlarmProps) {
    super(scope, props.row.id);
    const { id, periods = 1, pagesAfter, severity } = props.row;
    this.alarm = this.#watch(props, { name: alarmName(id), periods, severity });
    if (pagesAfter !== undefined) {
      this.#watch(props, { name: persistingAlarmName(id), periods: pagesAfter, severity: 'page' });
    }
  }

  #watch(
    { row, parts, topics, quietWhile, runbook }: ServiceAlarmProps,
    { name, periods, severity }: Watch,
  ): AlarmBase {
    const description = alarmDescription(row, runbook);
    const make = (metric: IMetric, alarm: string): Alarm =>
      new Alarm(this, alarm, {
        alarmName: alarm,
        alarmDescription: description,
        metric,
        threshold: row.threshold,
        comparisonOperator: comparisons[row.comparison],
        evaluationPeriods: periods,
        treatMissingData: missing[row.missing.means],
      });
    const [only, ...others] = parts.metrics;
    if (!only) throw new Error(`${row.id} has nothing to look at.`);
    const plain = others.length === 0 && quietWhile.length === 0;
    const alarm = plain
      ? make(only, name)
      : new CompositeAlarm(this, name, {
          compositeAlarmName: name,
          alarmDescription: description,
          alarmRule: ruleOf(
            parts.join,
            parts.metrics.map((metric, index) => make(metric, `${name}-${index + 1}`)),
            quietWhile.map((each) => each.alarm),
          ),
        });
    const action = new SnsAction(topics[severity]);
    alarm.addAlarmAction(action);
    alarm.addOkAction(action);
    return alarm;
  }
}

interface Watch {
  readonly name: string;
  readonly periods: number;
  readonly severity: Severity;
}

function ruleOf(join: Parts['join'], own: readonly Alarm[], quietWhile: readonly AlarmBase[]): IAlarmRule {
  const red = (alarm: AlarmBase): IAlarmRule => AlarmRule.fromAlarm(alarm, AlarmState.ALARM);
  const bad = join === 'all' ? AlarmRule.allOf(...own.map(red)) : AlarmRule.anyOf(...own.map(red));
  return quietWhile.length === 0 ? bad : AlarmRule.allOf(bad, AlarmRule.not(AlarmRule.anyOf(...quietWhile.map(red))));
}
