import * as cw from '@aws-sdk/client-cloudwatch';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { virtualClock, type VirtualClock } from '#local/clock.ts';
import { createGateway } from '#local/gateway/gateway.ts';
import type { AlarmChange } from '#local/services/cloudwatch/alarm-change.ts';
import { createCloudWatch, type CloudWatch } from '#local/services/cloudwatch/create-cloudwatch.ts';
import { openStore } from '#local/store.ts';
import { against } from '#test/support/clients.ts';

const START = Date.UTC(2026, 0, 1);
const MINUTE_MS = 60_000;
const topic = 'arn:aws:sns:eu-west-1:000000000000:on-call';
let store: ReturnType<typeof openStore>;
let clock: VirtualClock;
let changes: AlarmChange[];
let service: CloudWatch;
let client: cw.CloudWatchClient;

beforeEach(() => {
  store = openStore(':memory:');
  clock = virtualClock(START);
  changes = [];
  start();
});
afterEach(() => service.close());

function start(): void {
  service = createCloudWatch({ store, clock, changed: (change) => changes.push(change) });
  service.resume();
  client = new cw.CloudWatchClient(against(createGateway([service])));
}

const settings = {
  AlarmName: 'errors',
  Namespace: 'Shop',
  MetricName: 'Errors',
  Statistic: 'Sum',
  Period: 60,
  EvaluationPeriods: 1,
  Threshold: 3,
  ComparisonOperator: 'GreaterThanThreshold',
} as const;
const alarm = (more: Partial<cw.PutMetricAlarmCommandInput> = {}) =>
  client.send(new cw.PutMetricAlarmCommand({ ...settings, ...more }));
const errors = (Value: number) =>
  client.send(new cw.PutMetricDataCommand({ Namespace: 'Shop', MetricData: [{ MetricName: 'Errors', Value }] }));
const described = async () =>
  (await client.send(new cw.DescribeAlarmsCommand({ AlarmNames: ['errors'] }))).MetricAlarms?.[0];
const stateOf = async () => (await described())?.StateValue;

describe('an alarm', () => {
  it('goes red and green with its metric, at each full minute, and says so once each', async () => {
    await alarm({ AlarmDescription: 'too many errors', AlarmActions: [topic] });
    expect(await stateOf()).toBe('INSUFFICIENT_DATA');
    await errors(2);
    await errors(3);
    await clock.advance(MINUTE_MS);
    expect(await described()).toMatchObject({
      StateValue: 'ALARM',
      StateReason:
        'Threshold Crossed: 1 out of the last 1 datapoints [5 (01/01/26 00:00:00)] was greater than the threshold (3) ' +
        '(minimum 1 datapoint for OK -> ALARM transition).',
      StateUpdatedTimestamp: new Date(START + MINUTE_MS),
    });
    await errors(9);
    await clock.advance(MINUTE_MS);
    await errors(3);
    await clock.advance(MINUTE_MS);
    expect(await stateOf()).toBe('OK');
    expect(changes.map(({ event }) => (event.detail['state'] as { value: string }).value)).toEqual(['ALARM', 'OK']);
    expect(changes[0]).toMatchObject({
      event: {
        source: 'aws.cloudwatch',
        'detail-type': 'CloudWatch Alarm State Change',
        resources: ['arn:aws:cloudwatch:eu-west-1:000000000000:alarm:errors'],
        detail: {
          alarmName: 'errors',
          state: { value: 'ALARM', timestamp: '2026-01-01T00:01:00.000+0000' },
          previousState: { value: 'INSUFFICIENT_DATA' },
          configuration: {
            description: 'too many errors',
            metrics: [
              {
                metricStat: {
                  metric: { namespace: 'Shop', name: 'Errors', dimensions: {} },
                  period: 60,
                  stat: 'Sum',
                },
              },
            ],
          },
        },
      },
      topicArns: [topic],
      subject: 'ALARM: "errors" in EU (Ireland)',
    });
    expect(changes[1]?.topicArns).toEqual([]);
  });

  it('of a short period is looked at every ten seconds', async () => {
    await alarm({ Period: 10 });
    await errors(4);
    await clock.advance(10_000);
    expect(await stateOf()).toBe('ALARM');
  });

  it('keeps its state over a change and a restart, and tells nobody while its actions are off', async () => {
    await alarm();
    await errors(9);
    await clock.advance(MINUTE_MS);
    service.close();
    start();
    await alarm({ Threshold: 100, OKActions: [topic], ActionsEnabled: false });
    expect(await stateOf()).toBe('ALARM');
    await errors(50);
    await clock.advance(MINUTE_MS);
    expect(await stateOf()).toBe('OK');
    expect(changes.at(-1)?.topicArns).toEqual([]);
  });

  it('can be put into a state by hand, until the next evaluation disagrees', async () => {
    await alarm();
    await errors(1);
    await clock.advance(MINUTE_MS);
    const set = (StateValue: cw.StateValue) =>
      client.send(new cw.SetAlarmStateCommand({ AlarmName: 'errors', StateValue, StateReason: 'a rehearsal' }));
    await set('ALARM');
    expect(await described()).toMatchObject({ StateValue: 'ALARM', StateReason: 'a rehearsal' });
    await errors(1);
    await clock.advance(MINUTE_MS);
    expect(await stateOf()).toBe('OK');
    await client.send(new cw.DeleteAlarmsCommand({ AlarmNames: ['errors'] }));
    await expect(set('OK')).rejects.toMatchObject({ name: 'ResourceNotFound' });
  });

  it('is found by prefix and state, and deleted together with others or not at all', async () => {
    await alarm();
    await alarm({ AlarmName: 'errors-2' });
    const names = async (input: cw.DescribeAlarmsCommandInput) =>
      (await client.send(new cw.DescribeAlarmsCommand(input))).MetricAlarms?.map(({ AlarmName }) => AlarmName);
    expect(await names({ AlarmNamePrefix: 'errors-' })).toEqual(['errors-2']);
    expect(await names({ StateValue: 'OK' })).toEqual([]);
    const pages = [];
    for await (const page of cw.paginateDescribeAlarms({ client, pageSize: 1 }, {}))
      pages.push(page.MetricAlarms?.length);
    expect(pages).toEqual([1, 1]);
    const remove = (...AlarmNames: string[]) => client.send(new cw.DeleteAlarmsCommand({ AlarmNames }));
    await expect(remove('errors', 'none')).rejects.toMatchObject({ name: 'ResourceNotFound' });
    expect(await names({})).toHaveLength(2);
    await remove('errors', 'errors-2');
    expect(await names({})).toEqual([]);
  });

  it('is refused when it cannot be evaluated', async () => {
    const refused = async (more: Partial<cw.PutMetricAlarmCommandInput>, name: string) => {
      await expect(alarm(more)).rejects.toMatchObject({ name });
    };
    await refused({ ExtendedStatistic: 'p90' }, 'InvalidParameterCombinationException');
    await refused({ DatapointsToAlarm: 2 }, 'InvalidParameterValueException');
    await refused({ EvaluationPeriods: 200, Period: 3600 }, 'InvalidParameterCombinationException');
    await refused({ ComparisonOperator: 'GreaterThanUpperThreshold' }, 'InvalidParameterValueException');
    await refused({ AlarmActions: ['arn:aws:automate:eu-west-1:ec2:stop'] }, 'InvalidParameterValueException');
  });
});

// The two tables of the CloudWatch User Guide, "Configuring how CloudWatch alarms treat missing data":
// - no value, 0 a good one, X a breaching one; the newest is last. `kept` is the state from before.
const columns = ['missing', 'ignore', 'breaching', 'notBreaching'] as const;
const tables = [
  {
    needed: 3,
    rows: [
      ['0-X-X', 'OK', 'OK', 'OK', 'OK'],
      ['0----', 'OK', 'OK', 'OK', 'OK'],
      ['-----', 'INSUFFICIENT_DATA', 'kept', 'ALARM', 'OK'],
      ['0XX-X', 'ALARM', 'ALARM', 'ALARM', 'ALARM'],
      ['--X--', 'ALARM', 'kept', 'ALARM', 'OK'],
    ],
  },
  {
    needed: 2,
    rows: [
      ['0-X-X', 'ALARM', 'ALARM', 'ALARM', 'ALARM'],
      ['00X0X', 'ALARM', 'ALARM', 'ALARM', 'ALARM'],
      ['0-X--', 'OK', 'OK', 'ALARM', 'OK'],
      ['----0', 'OK', 'OK', 'ALARM', 'OK'],
      ['----X', 'ALARM', 'kept', 'ALARM', 'OK'],
    ],
  },
] as const;
const cases = tables.flatMap(({ needed, rows }) =>
  rows.flatMap(([pattern, ...states]) =>
    columns.map((treat, index) => ({ needed, pattern, treat, state: states[index] ?? '' })),
  ),
);

describe('missing data', () => {
  it.each(cases)(
    '$pattern, $needed of 3, treated as $treat, makes $state',
    async ({ needed, pattern, treat, state }) => {
      for (const [index, mark] of pattern.split('').entries()) {
        if (mark !== '-') await errors(mark === 'X' ? 9 : 0);
        // The alarm comes a moment before the last minute is full.
        await clock.advance(index < pattern.length - 1 ? MINUTE_MS : MINUTE_MS - 1);
      }
      await alarm({ EvaluationPeriods: 3, DatapointsToAlarm: needed, TreatMissingData: treat });
      const before = state === 'OK' ? 'ALARM' : 'OK';
      await client.send(
        new cw.SetAlarmStateCommand({ AlarmName: 'errors', StateValue: before, StateReason: 'from before' }),
      );
      await clock.advance(1);
      expect(await stateOf()).toBe(state === 'kept' ? before : state);
    },
  );
});
