import * as z from 'zod';
import type { HostClock } from '#local/clock.ts';
import type { Operation } from '#local/gateway/json-service.ts';
import {
  AnyStatistic,
  Dimensions,
  invalidCombination,
  invalidValue,
  MetricName,
  Namespace,
  parse,
  Percentile,
  Period,
  Statistic,
  Timestamp,
  Unit,
} from './metric-shapes.ts';
import type { Metric, MetricStore } from './metric-store.ts';
import { bucketsOf, statisticOf } from './statistics.ts';

const MOST_STATISTICS_POINTS = 1440;
const TWO_WEEKS_MS = 14 * 86_400_000;
const LIST_PAGE = 500;

const statisticsInput = z.strictObject({
  Namespace,
  MetricName,
  Dimensions,
  StartTime: Timestamp,
  EndTime: Timestamp,
  Period,
  Statistics: z.array(Statistic).max(5).default([]),
  ExtendedStatistics: z.array(Percentile).max(10).default([]),
  Unit: Unit.optional(),
});
const listInput = z.strictObject({
  Namespace: Namespace.optional(),
  MetricName: MetricName.optional(),
  Dimensions: z
    .array(z.strictObject({ Name: z.string().min(1), Value: z.string().min(1).optional() }))
    .max(10)
    .default([]),
  NextToken: z.string().optional(),
  RecentlyActive: z.literal('PT3H').optional(),
});
export const MetricStat = z.strictObject({
  Metric: z.strictObject({ Namespace, MetricName, Dimensions }),
  Period,
  Stat: AnyStatistic,
  Unit: Unit.optional(),
});
const dataInput = z.strictObject({
  MetricDataQueries: z
    .array(
      z.strictObject({
        Id: z.string().regex(/^[a-z][A-Za-z0-9_]{0,254}$/, 'must begin with a lower-case letter'),
        MetricStat,
        Label: z.string().optional(),
        ReturnData: z.boolean().default(true),
      }),
    )
    .min(1)
    .max(500),
  StartTime: Timestamp,
  EndTime: Timestamp,
  ScanBy: z.enum(['TimestampAscending', 'TimestampDescending']).default('TimestampDescending'),
  MaxDatapoints: z.int().min(1).max(100_800).default(100_800),
  NextToken: z
    .string()
    .regex(/^\d{1,9}$/)
    .optional(),
});

export function readOperations(metrics: MetricStore, clock: HostClock): Readonly<Record<string, Operation>> {
  return {
    GetMetricStatistics(input) {
      const request = parse(statisticsInput, input);
      const { from, to } = rangeOf(request, request.Period);
      const wanted = [...request.Statistics, ...request.ExtendedStatistics];
      if (wanted.length === 0) throw invalidCombination('Must specify either Statistics or ExtendedStatistics.');
      if ((to - from) / (request.Period * 1000) > MOST_STATISTICS_POINTS) {
        throw invalidCombination(
          `You have requested more than ${MOST_STATISTICS_POINTS} datapoints. Ask for a longer Period or a shorter time.`,
        );
      }
      const points = metrics.points(metricIn(request), from, to, request.Unit);
      const Datapoints = [...Map.groupBy(points, ({ unit }) => unit)].flatMap(([unit, members]) =>
        bucketsOf(members, request.Period).map((bucket) => {
          const values = (names: readonly string[]) =>
            Object.fromEntries(names.map((name) => [name, statisticOf(bucket.points, name)]));
          return {
            Timestamp: bucket.startMs / 1000,
            Unit: unit,
            ...values(request.Statistics),
            ...(request.ExtendedStatistics.length > 0 && { ExtendedStatistics: values(request.ExtendedStatistics) }),
          };
        }),
      );
      return { Label: request.MetricName, Datapoints };
    },
    GetMetricData(input) {
      const request = parse(dataInput, input);
      const ids = request.MetricDataQueries.map(({ Id }) => Id);
      if (new Set(ids).size < ids.length) throw invalidValue('Every query needs an Id of its own.');
      const offset = Number(request.NextToken ?? 0);
      let position = 0;
      const MetricDataResults = request.MetricDataQueries.filter(({ ReturnData }) => ReturnData).map((query) => {
        const oldestFirst = seriesOf(metrics, query.MetricStat, request);
        const series = request.ScanBy === 'TimestampAscending' ? oldestFirst : oldestFirst.toReversed();
        const page = series.slice(
          Math.max(0, offset - position),
          Math.max(0, offset + request.MaxDatapoints - position),
        );
        position += series.length;
        return {
          Id: query.Id,
          Label: query.Label ?? query.MetricStat.Metric.MetricName,
          Timestamps: page.map(({ startMs }) => startMs / 1000),
          Values: page.map(({ value }) => value),
          StatusCode: position > offset + request.MaxDatapoints ? 'PartialData' : 'Complete',
        };
      });
      const end = offset + request.MaxDatapoints;
      return { MetricDataResults, Messages: [], ...(position > end && { NextToken: String(end) }) };
    },
    ListMetrics(input) {
      const request = parse(listInput, input);
      const since = clock.now() - (request.RecentlyActive ? 3 * 3_600_000 : TWO_WEEKS_MS);
      const found = metrics.list(since).filter((metric) => fits(metric, request));
      const from = Number(request.NextToken ?? 0);
      const page = found.slice(from, from + LIST_PAGE);
      return {
        Metrics: page.map(({ namespace, name, dimensions }) => ({
          Namespace: namespace,
          MetricName: name,
          Dimensions: Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value })),
        })),
        ...(from + LIST_PAGE < found.length && { NextToken: String(from + LIST_PAGE) }),
      };
    },
  };
}

export function metricIn(request: {
  readonly Namespace: string;
  readonly MetricName: string;
  readonly Dimensions: readonly { readonly Name: string; readonly Value: string }[];
}): Metric {
  return {
    namespace: request.Namespace,
    name: request.MetricName,
    dimensions: Object.fromEntries(request.Dimensions.map(({ Name, Value }) => [Name, Value])),
  };
}

function seriesOf(
  metrics: MetricStore,
  stat: z.output<typeof MetricStat>,
  times: { readonly StartTime: number; readonly EndTime: number },
) {
  const { from, to } = rangeOf(times, stat.Period);
  return bucketsOf(metrics.points(metricIn(stat.Metric), from, to, stat.Unit), stat.Period).flatMap((bucket) => {
    const value = statisticOf(bucket.points, stat.Stat);
    return value === undefined ? [] : [{ startMs: bucket.startMs, value }];
  });
}

/** Whole periods: from the one that the start falls into. */
function rangeOf(times: { readonly StartTime: number; readonly EndTime: number }, periodSeconds: number) {
  if (times.StartTime >= times.EndTime) {
    throw invalidValue('The parameter StartTime must be less than the parameter EndTime.');
  }
  const periodMs = periodSeconds * 1000;
  return { from: Math.floor(times.StartTime / periodMs) * periodMs, to: times.EndTime };
}

function fits(metric: Metric, request: z.output<typeof listInput>): boolean {
  return (
    (request.Namespace ?? metric.namespace) === metric.namespace &&
    (request.MetricName ?? metric.name) === metric.name &&
    request.Dimensions.every(
      ({ Name, Value }) =>
        Object.hasOwn(metric.dimensions, Name) && (Value ?? metric.dimensions[Name]) === metric.dimensions[Name],
    )
  );
}
