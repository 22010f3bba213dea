import * as cw from '@aws-sdk/client-cloudwatch';
import * as fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { virtualClock, type VirtualClock } from '#local/clock.ts';
import { createGateway, type Gateway } from '#local/gateway/gateway.ts';
import { createCloudWatch, type CloudWatch } from '#local/services/cloudwatch/create-cloudwatch.ts';
import { openStore } from '#local/store.ts';
import { against } from '#test/support/clients.ts';
import { overSocket } from './over-socket.ts';

const START = Date.UTC(2026, 0, 1);
const MINUTE_MS = 60_000;
const Namespace = 'Shop';
const MetricName = 'Latency';
let clock: VirtualClock;
let service: CloudWatch;
let gateway: Gateway;
let client: cw.CloudWatchClient;

beforeEach(() => {
  clock = virtualClock(START);
  service = createCloudWatch({ store: openStore(':memory:'), clock, changed: () => undefined });
  gateway = createGateway([service]);
  client = new cw.CloudWatchClient(against(gateway));
});

const put = (...MetricData: cw.MetricDatum[]) => client.send(new cw.PutMetricDataCommand({ Namespace, MetricData }));
const at = (minutes: number) => new Date(START + minutes * MINUTE_MS);
const value = (Value: number, minutes = 0) => put({ MetricName, Value, Timestamp: at(minutes) });
const statistics = async (more: Partial<cw.GetMetricStatisticsCommandInput> = {}) =>
  (
    await client.send(
      new cw.GetMetricStatisticsCommand({
        Namespace,
        MetricName,
        StartTime: at(0),
        EndTime: at(60),
        Period: 60,
        Statistics: ['SampleCount', 'Sum', 'Average', 'Minimum', 'Maximum'],
        ...more,
      }),
    )
  ).Datapoints;
const dataOf = (Stat: string, more: Partial<cw.GetMetricDataCommandInput> = {}, Period = 60) =>
  client.send(
    new cw.GetMetricDataCommand({
      MetricDataQueries: [{ Id: 'm', MetricStat: { Metric: { Namespace, MetricName }, Period, Stat } }],
      StartTime: at(0),
      EndTime: at(60),
      ...more,
    }),
  );

describe('statistics', () => {
  it('are of all values of a period, in process and over a socket', async () => {
    await value(1);
    await value(5, 0.5);
    await value(9, 1);
    const expected = [
      { SampleCount: 2, Sum: 6, Average: 3, Minimum: 1, Maximum: 5, Timestamp: at(0), Unit: 'None' },
      { SampleCount: 1, Sum: 9, Average: 9, Minimum: 9, Maximum: 9, Timestamp: at(1), Unit: 'None' },
    ];
    expect(await statistics()).toEqual(expected);
    client = new cw.CloudWatchClient(await overSocket(gateway));
    expect(await statistics()).toEqual(expected);
  });

  it('count values with their counts, and sets of values as the sets they are', async () => {
    await put({ MetricName, Values: [1, 10, 3], Counts: [3, 1, 0], Timestamp: at(0) });
    await put({
      MetricName,
      StatisticValues: { SampleCount: 4, Sum: 20, Minimum: -2, Maximum: 12 },
      Timestamp: at(0),
    });
    expect(await statistics()).toMatchObject([{ SampleCount: 8, Sum: 33, Minimum: -2, Maximum: 12 }]);
    expect((await dataOf('p50')).MetricDataResults?.[0]?.Values).toEqual([]);
  });

  it('tell units and dimensions apart, whatever their order', async () => {
    const both = [
      { Name: 'A', Value: '1' },
      { Name: 'B', Value: '2' },
    ];
    await put({ MetricName, Value: 1, Timestamp: at(0), Dimensions: both, Unit: 'Seconds' });
    await put({ MetricName, Value: 2, Timestamp: at(0), Dimensions: both.toReversed(), Unit: 'Count' });
    await value(4);
    const sums = async (more: Partial<cw.GetMetricStatisticsCommandInput>) =>
      (await statistics({ Statistics: ['Sum'], ...more }))?.map(({ Sum, Unit }) => `${Sum} ${Unit}`).toSorted();
    expect(await sums({ Dimensions: both })).toEqual(['1 Seconds', '2 Count']);
    expect(await sums({ Dimensions: both, Unit: 'Count' })).toEqual(['2 Count']);
    expect(await sums({})).toEqual(['4 None']);
    expect(await sums({ Dimensions: both.slice(1) })).toEqual([]);
  });

  it('have percentiles that are values which came: so many percent are not above, and fewer below', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: -50, max: 50 }), { minLength: 1, maxLength: 60 }),
        fc.constantFrom(0, 10, 50, 90, 99, 99.9, 100),
        async (values, percent) => {
          service = createCloudWatch({ store: openStore(':memory:'), clock, changed: () => undefined });
          client = new cw.CloudWatchClient(against(createGateway([service])));
          await put({ MetricName, Values: values, Timestamp: at(0) });
          const found = (await dataOf(`p${percent}`)).MetricDataResults?.[0]?.Values?.[0] ?? NaN;
          const share = (count: number) => (100 * count) / values.length;
          expect(values).toContain(found);
          expect(share(values.filter((each) => each <= found).length)).toBeGreaterThanOrEqual(percent);
          expect(share(values.filter((each) => each < found).length)).toBeLessThan(percent || 1e-9);
        },
      ),
      { numRuns: 60 },
    );
  });
});

describe('metric data', () => {
  it('come newest first or oldest first, over whole periods, in pages', async () => {
    for (const minute of [0, 1, 2, 7]) await value(minute, minute);
    const descending = (await dataOf('Sum')).MetricDataResults?.[0];
    expect(descending).toMatchObject({ Id: 'm', Label: MetricName, StatusCode: 'Complete', Values: [7, 2, 1, 0] });
    const fives = (await dataOf('Sum', { ScanBy: 'TimestampAscending', StartTime: at(3) }, 300)).MetricDataResults?.[0];
    expect(fives).toMatchObject({ Timestamps: [at(0), at(5)], Values: [3, 7] });
    const pages = [];
    for await (const page of cw.paginateGetMetricData(
      { client },
      {
        MetricDataQueries: ['a', 'b'].map((Id) => ({
          Id,
          MetricStat: { Metric: { Namespace, MetricName }, Period: 60, Stat: 'Sum' },
        })),
        StartTime: at(0),
        EndTime: at(60),
        MaxDatapoints: 3,
        ScanBy: 'TimestampAscending',
      },
    )) {
      pages.push(page.MetricDataResults?.map(({ Values }) => Values));
    }
    expect(pages).toEqual([
      [[0, 1, 2], []],
      [[7], [0, 1]],
      [[], [2, 7]],
    ]);
  });

  it('reach the service compressed as well', async () => {
    const many = Array.from({ length: 300 }, (_, index) => ({
      MetricName: `metric-${index}`,
      Value: index,
      Dimensions: [{ Name: 'Service', Value: 'a rather long name of a service' }],
    }));
    const encodings: (string | undefined)[] = [];
    const listening: Gateway = {
      handle(request) {
        encodings.push(request.headers['content-encoding']);
        return gateway.handle(request);
      },
    };
    client = new cw.CloudWatchClient(against(listening));
    await put(...many);
    expect(encodings).toEqual(['gzip']);
    const names = new Set<string | undefined>();
    const reader = new cw.CloudWatchClient(against(gateway));
    for await (const page of cw.paginateListMetrics({ client: reader }, { Namespace })) {
      for (const { MetricName: name } of page.Metrics ?? []) names.add(name);
    }
    expect(names).toEqual(new Set(many.map(({ MetricName: name }) => name)));
  });

  it('are refused whole when one is bad', async () => {
    const refused = async (datum: cw.MetricDatum, name: string) => {
      const call = put({ MetricName: 'Good', Value: 1 }, datum);
      await expect(call).rejects.toMatchObject({ name });
    };
    await refused({ MetricName, Value: 1, Timestamp: at(-15 * 24 * 60) }, 'InvalidParameterValueException');
    await refused({ MetricName, Value: 1, Timestamp: at(121) }, 'InvalidParameterValueException');
    await refused({ MetricName }, 'InvalidParameterCombinationException');
    await refused({ MetricName, Values: [1, 2], Counts: [1] }, 'InvalidParameterValueException');
    expect((await client.send(new cw.ListMetricsCommand({}))).Metrics).toEqual([]);
  });

  it('are listed for two weeks and kept for fifteen days', async () => {
    const Dimensions = [{ Name: 'Service', Value: 'shop' }];
    await put({ MetricName, Value: 1, Dimensions });
    const listed = async (input: cw.ListMetricsCommandInput) =>
      (await client.send(new cw.ListMetricsCommand(input))).Metrics?.length;
    expect(await listed({ Dimensions: [{ Name: 'Service' }] })).toBe(1);
    expect(await listed({ Dimensions: [{ Name: 'Service', Value: 'other' }] })).toBe(0);
    await clock.advance(14 * 24 * 60 * MINUTE_MS + 1000);
    expect(await listed({})).toBe(0);
    expect(await statistics({ Dimensions })).toHaveLength(1);
    await clock.advance(2 * 24 * 60 * MINUTE_MS);
    await put({ MetricName: 'Other', Value: 1 });
    expect(await statistics({ Dimensions })).toEqual([]);
  });
});

describe('log messages in the embedded metric format', () => {
  const message = (values: object, Dimensions = [['Service'], ['Service', 'Stage']]) =>
    JSON.stringify({
      _aws: {
        Timestamp: START,
        CloudWatchMetrics: [{ Namespace, Dimensions, Metrics: [{ Name: MetricName, Unit: 'Milliseconds' }] }],
      },
      Service: 'shop',
      Stage: 'live',
      ...values,
    });
  const shop = [{ Name: 'Service', Value: 'shop' }];

  it('become metrics with each of their sets of dimensions, lists of values too', async () => {
    service.takeLogMessages([message({ [MetricName]: [1, 2] }), `${message({ [MetricName]: 6 })}\n`]);
    const expected = [{ Sum: 9, SampleCount: 3, Unit: 'Milliseconds' }];
    expect(await statistics({ Dimensions: shop })).toMatchObject(expected);
    expect(await statistics({ Dimensions: [...shop, { Name: 'Stage', Value: 'live' }] })).toMatchObject(expected);
    expect(await statistics()).toEqual([]);
  });

  it('that are not as the format wants them are log messages and no more', async () => {
    service.takeLogMessages([
      'plain text',
      '{"CloudWatchMetrics"',
      message({ [MetricName]: 'seven' }),
      message({ [MetricName]: 1 }, [['Absent']]),
      '{"_aws":{"Timestamp":"now","CloudWatchMetrics":[]}}',
    ]);
    expect((await client.send(new cw.ListMetricsCommand({}))).Metrics).toEqual([]);
  });
});

describe('what this service does not do', () => {
  it('is refused by name', async () => {
    const expression = client.send(
      new cw.GetMetricDataCommand({
        MetricDataQueries: [{ Id: 'e', Expression: 'm1/m2' }],
        StartTime: at(0),
        EndTime: at(1),
      }),
    );
    await expect(expression).rejects.toMatchObject({
      name: 'InvalidParameterValueException',
      message: expect.stringContaining('Expression') as string,
    });
    await expect(dataOf('tm90')).rejects.toMatchObject({ name: 'InvalidParameterValueException' });
    const dashboards = client.send(new cw.ListDashboardsCommand({}));
    await expect(dashboards).rejects.toMatchObject({ name: 'UnknownOperationException' });
  });
});
