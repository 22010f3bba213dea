import * as z from 'zod';
import type { HostClock } from '#local/clock.ts';
import type { Operation } from '#local/gateway/json-service.ts';
import {
  Dimensions,
  invalidCombination,
  invalidValue,
  MetricName,
  Namespace,
  parse,
  Timestamp,
  Unit,
} from './metric-shapes.ts';
import type { MetricStore, Sample } from './metric-store.ts';

const HOUR_MS = 3_600_000;
const OLDEST_MS = 14 * 24 * HOUR_MS;
const NEWEST_MS = 2 * HOUR_MS;

const Value = z.number().refine((value) => Math.abs(value) <= 2 ** 360, 'is out of the range of a metric');
const Datum = z.strictObject({
  MetricName,
  Dimensions,
  Timestamp: Timestamp.optional(),
  Value: Value.optional(),
  Values: z.array(Value).min(1).max(150).optional(),
  Counts: z.array(z.number().min(0)).max(150).optional(),
  StatisticValues: z
    .strictObject({ SampleCount: z.number().positive(), Sum: Value, Minimum: Value, Maximum: Value })
    .optional(),
  Unit: Unit.default('None'),
  StorageResolution: z.union([z.literal(1), z.literal(60)]).optional(),
});
const putInput = z.strictObject({
  Namespace,
  MetricData: z.array(Datum).min(1).max(1000),
  StrictEntityValidation: z.boolean().optional(),
});

/** All data of a call are taken, or none. */
export function putMetricData(metrics: MetricStore, clock: HostClock): Operation {
  return (input) => {
    const { Namespace: namespace, MetricData: data } = parse(putInput, input);
    const now = clock.now();
    const ready = data.map((datum, index) => {
      const atMs = datum.Timestamp ?? now;
      if (atMs < now - OLDEST_MS || atMs > now + NEWEST_MS) {
        throw invalidValue(
          `The parameter MetricData.member.${index + 1}.Timestamp must specify a time from two weeks before the current time to two hours after it.`,
        );
      }
      const dimensions = Object.fromEntries(datum.Dimensions.map(({ Name, Value }) => [Name, Value]));
      return {
        metric: { namespace, name: datum.MetricName, dimensions },
        points: samplesOf(datum, index).map((sample) => ({ ...sample, atMs, unit: datum.Unit })),
      };
    });
    for (const { metric, points } of ready) metrics.add(metric, points);
  };
}

function samplesOf(datum: z.output<typeof Datum>, index: number): readonly Sample[] {
  const { Value: value, Values: values, Counts: counts, StatisticValues: set } = datum;
  const where = `MetricData.member.${index + 1}`;
  if ([value, values, set].filter((each) => each !== undefined).length !== 1) {
    throw invalidCombination(`${where} must have exactly one of Value, Values and StatisticValues.`);
  }
  if (counts && counts.length !== values?.length) {
    throw invalidValue(`${where}: Values and Counts must be of the same length.`);
  }
  if (set) {
    if (set.Minimum > set.Maximum) throw invalidValue(`${where}.StatisticValues: Minimum is above Maximum.`);
    return [{ samples: set.SampleCount, sum: set.Sum, minimum: set.Minimum, maximum: set.Maximum }];
  }
  const all = values ?? [value ?? 0];
  return all.map((each, at) => valueSample(each, counts?.[at] ?? 1)).filter(({ samples }) => samples > 0);
}

/** One value that came so many times. */
export function valueSample(value: number, count = 1): Sample {
  return { samples: count, sum: value * count, minimum: value, maximum: value };
}
