import type { DatabaseSync } from 'node:sqlite';
import * as z from 'zod';
import type { HostClock } from '#local/clock.ts';
import type { Operation } from '#local/gateway/json-service.ts';
import { ServiceFault } from '#local/gateway/wire.ts';
import { transaction } from '#local/store.ts';
import { alarmArn, AlarmName, AlarmSettings, StateValue, type Alarm, type AlarmStore } from './alarm-store.ts';
import { invalidCombination, invalidValue, parse } from './metric-shapes.ts';
import type { AlarmWatch } from './watch-alarms.ts';

const MOST_EVALUATED_SECONDS = 7 * 86_400;

const describeInput = z.strictObject({
  AlarmNames: z.array(AlarmName).max(100).optional(),
  AlarmNamePrefix: z.string().optional(),
  AlarmTypes: z.array(z.literal('MetricAlarm', 'the local endpoint has metric alarms only')).optional(),
  StateValue: StateValue.optional(),
  ActionPrefix: z.string().optional(),
  MaxRecords: z.int().min(1).max(100).default(50),
  NextToken: z.string().optional(),
});
const setStateInput = z.strictObject({
  AlarmName,
  StateValue,
  StateReason: z.string().max(1023),
  StateReasonData: z.string().max(4000).optional(),
});

export function alarmOperations(options: {
  readonly store: DatabaseSync;
  readonly clock: HostClock;
  readonly alarms: AlarmStore;
  readonly watch: AlarmWatch;
}): Readonly<Record<string, Operation>> {
  const { store, clock, alarms, watch } = options;
  return {
    PutMetricAlarm(input) {
      const settings = parse(AlarmSettings, input);
      check(settings);
      const configuredMs = clock.now();
      const state = alarms.find(settings.AlarmName)?.state ?? {
        value: 'INSUFFICIENT_DATA',
        reason: 'Unchecked: Initial alarm creation',
        reasonData: undefined,
        sinceMs: configuredMs,
      };
      alarms.save({ settings, state, configuredMs });
      watch.arm();
    },
    DescribeAlarms(input) {
      const request = parse(describeInput, input);
      if (request.AlarmNames && request.AlarmNamePrefix !== undefined) {
        throw invalidCombination('AlarmNames and AlarmNamePrefix cannot be given together.');
      }
      const found = alarms.list().filter((alarm) => fits(alarm, request));
      const rest = found.filter(({ settings }) => settings.AlarmName > (request.NextToken ?? ''));
      const page = rest.slice(0, request.MaxRecords);
      return {
        MetricAlarms: page.map(shown),
        CompositeAlarms: [],
        ...(page.length < rest.length && { NextToken: page.at(-1)?.settings.AlarmName }),
      };
    },
    DeleteAlarms(input) {
      const { AlarmNames } = parse(z.strictObject({ AlarmNames: z.array(AlarmName).max(100) }), input);
      transaction(store, () => {
        for (const name of AlarmNames) if (!alarms.find(name)) throw notFound(name);
        for (const name of AlarmNames) alarms.remove(name);
      });
      watch.arm();
    },
    SetAlarmState(input) {
      const request = parse(setStateInput, input);
      const alarm = alarms.find(request.AlarmName);
      if (!alarm) throw notFound(request.AlarmName);
      checkJson(request.StateReasonData);
      watch.setState(alarm, {
        value: request.StateValue,
        reason: request.StateReason,
        reasonData: request.StateReasonData,
      });
    },
  };
}

function check(settings: AlarmSettings): void {
  const { EvaluationPeriods: periods, DatapointsToAlarm: needed = periods, Statistic, ExtendedStatistic } = settings;
  if ((Statistic === undefined) === (ExtendedStatistic === undefined)) {
    throw invalidCombination('Exactly one of Statistic and ExtendedStatistic must be given.');
  }
  if (needed > periods) throw invalidValue('DatapointsToAlarm must not be above EvaluationPeriods.');
  if (periods * settings.Period > MOST_EVALUATED_SECONDS) {
    throw invalidCombination('EvaluationPeriods times Period must not be longer than seven days.');
  }
}

function checkJson(text: string | undefined): void {
  if (text === undefined) return;
  try {
    JSON.parse(text);
  } catch {
    throw new ServiceFault('InvalidFormat', 'StateReasonData is not JSON.');
  }
}

function fits({ settings, state }: Alarm, request: z.output<typeof describeInput>): boolean {
  const { AlarmNames: names, AlarmNamePrefix: prefix = '', ActionPrefix: action } = request;
  const actions = [...settings.AlarmActions, ...settings.OKActions, ...settings.InsufficientDataActions];
  return (
    (!names || names.includes(settings.AlarmName)) &&
    settings.AlarmName.startsWith(prefix) &&
    (request.StateValue ?? state.value) === state.value &&
    (action === undefined || actions.some((each) => each.startsWith(action)))
  );
}

function shown({ settings, state, configuredMs }: Alarm) {
  return {
    ...settings,
    AlarmArn: alarmArn(settings.AlarmName),
    AlarmConfigurationUpdatedTimestamp: configuredMs / 1000,
    StateValue: state.value,
    StateReason: state.reason,
    StateReasonData: state.reasonData,
    StateUpdatedTimestamp: state.sinceMs / 1000,
    StateTransitionedTimestamp: state.sinceMs / 1000,
  };
}

function notFound(name: string): ServiceFault {
  return new ServiceFault('ResourceNotFound', `There is no alarm ${name}.`, { status: 404 });
}
