import * as z from 'zod';
import { parseInput } from '#local/gateway/parse-input.ts';
import { ServiceFault } from '#local/gateway/wire.ts';

export const Namespace = z.string().regex(/^[^:][^\0]{0,254}$/, 'must have 1 to 255 characters and not begin with :');
export const MetricName = z.string().min(1).max(255);
export const Dimensions = z
  .array(z.strictObject({ Name: z.string().min(1).max(255), Value: z.string().min(1).max(1024) }))
  .max(30)
  .default([]);
export const Unit = z.string().min(1).max(30);
/** Seconds since the epoch, to milliseconds. */
export const Timestamp = z.number().transform((seconds) => Math.round(seconds * 1000));
export const Period = z
  .int()
  .refine((seconds) => [1, 5, 10, 20, 30].includes(seconds) || (seconds > 0 && seconds % 60 === 0), {
    error: 'must be 1, 5, 10, 20, 30 or a multiple of 60',
  });

export const SIMPLE_STATISTICS = ['SampleCount', 'Average', 'Sum', 'Minimum', 'Maximum'] as const;
export const Statistic = z.enum(SIMPLE_STATISTICS);
export const Percentile = z
  .string()
  .regex(/^p(\d{1,2}(\.\d{1,2})?|100)$/, 'the local endpoint takes percentiles p0 to p100 only');
export const AnyStatistic = z.union([Statistic, Percentile], {
  error: `the local endpoint takes ${SIMPLE_STATISTICS.join(', ')} and p0 to p100`,
});

/** @throws ServiceFault `InvalidParameterValue` */
export function parse<Schema extends z.ZodType>(schema: Schema, input: unknown): z.output<Schema> {
  return parseInput(schema, input, 'InvalidParameterValue');
}

export function invalidValue(message: string): ServiceFault {
  return new ServiceFault('InvalidParameterValue', message);
}

export function invalidCombination(message: string): ServiceFault {
  return new ServiceFault('InvalidParameterCombination', message);
}
