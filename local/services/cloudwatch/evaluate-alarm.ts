import { COMPARISONS, type AlarmSettings, type StateValue } from './alarm-store.ts';

/** A full period and its value; undefined where there is none. */
export interface PeriodValue {
  readonly startMs: number;
  readonly value: number | undefined;
}

export interface Verdict {
  readonly state: StateValue;
  readonly reason: string;
}

type Rule = Pick<
  AlarmSettings,
  'ComparisonOperator' | 'DatapointsToAlarm' | 'EvaluationPeriods' | 'Threshold' | 'TreatMissingData'
>;

/** How many periods older than its own an alarm looks at when some have no value. */
export const SPARE_PERIODS = 2;

/**
 * What the periods say, oldest first, `EvaluationPeriods` and the spare ones; undefined to keep the state.
 * When values are missing, the newest that exist count, and only what is then still missing is treated as the alarm wants it
 * (Amazon CloudWatch User Guide, "Configuring how CloudWatch alarms treat missing data").
 */
export function evaluateAlarm(rule: Rule, periods: readonly PeriodValue[]): Verdict | undefined {
  const { EvaluationPeriods: wanted, Threshold: threshold, TreatMissingData: treat = 'missing' } = rule;
  const needed = rule.DatapointsToAlarm ?? wanted;
  const { breaches } = COMPARISONS[rule.ComparisonOperator];
  const known = periods.filter(({ value }) => value !== undefined).slice(-wanted);
  const breaching = known.filter(({ value }) => breaches(value ?? 0, threshold));
  const missing = wanted - known.length;

  switch (treat) {
    case 'breaching':
      return verdict(breaching.length + missing >= needed);
    case 'notBreaching':
      return verdict(breaching.length >= needed);
    case 'ignore':
      if (breaching.length >= needed) return verdict(true);
      return known.length > breaching.length ? verdict(false) : undefined;
    case 'missing':
      if (known.length === 0) return { state: 'INSUFFICIENT_DATA', reason: unchecked(wanted) };
      return verdict(breaching.length >= Math.min(needed, known.length));
  }

  function verdict(alarm: boolean): Verdict {
    const shown = alarm ? breaching : known.filter((period) => !breaching.includes(period));
    return { state: alarm ? 'ALARM' : 'OK', reason: reasonFor(rule, alarm, shown, missing) };
  }
}

function unchecked(wanted: number): string {
  return `Insufficient Data: ${wanted} datapoint${wanted === 1 ? ' was' : 's were'} unknown.`;
}

function reasonFor(rule: Rule, alarm: boolean, shown: readonly PeriodValue[], missing: number): string {
  const { EvaluationPeriods: wanted, DatapointsToAlarm: needed = wanted, Threshold: threshold } = rule;
  const { words } = COMPARISONS[rule.ComparisonOperator];
  const transition = alarm
    ? `minimum ${needed} datapoint${needed === 1 ? '' : 's'} for OK -> ALARM transition`
    : `minimum ${wanted - needed + 1} datapoint${wanted === needed ? '' : 's'} for ALARM -> OK transition`;
  if (shown.length === 0) {
    const treated = `${missing} missing datapoint${missing === 1 ? ' was' : 's were'} treated as [${alarm ? 'Breaching' : 'NonBreaching'}]`;
    return `Threshold Crossed: no datapoints were received for ${missing} period${missing === 1 ? '' : 's'} and ${treated}.`;
  }
  const values = shown.map(({ startMs, value }) => `${value} (${stamp(startMs)})`).join(', ');
  return (
    `Threshold Crossed: ${shown.length} out of the last ${wanted} datapoints [${values}] ` +
    `${shown.length === 1 ? 'was' : 'were'} ${alarm ? '' : 'not '}${words} the threshold (${threshold}) (${transition}).`
  );
}

/** `01/01/26 00:00:00`, day first. */
function stamp(milliseconds: number): string {
  const [date = '', time = ''] = new Date(milliseconds).toISOString().split('T');
  const [year = '', month, day] = date.split('-');
  return `${day}/${month}/${year.slice(2)} ${time.slice(0, 8)}`;
}
