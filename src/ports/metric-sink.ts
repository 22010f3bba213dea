import type { Measurement } from '#domain/telemetry/measurement.ts';

/** Where metrics go. */
export interface MetricSink {
  record(measurements: readonly Measurement[]): void;
}
