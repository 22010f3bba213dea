import type { MetricName } from './metric-catalog.ts';

/** One value of one metric. */
export interface Measurement {
  readonly metric: MetricName;
  readonly value: number;
  readonly atMs: number;
  /** A value for each dimension that the catalog names for the metric. */
  readonly dimensions: Readonly<Record<string, string>>;
}
