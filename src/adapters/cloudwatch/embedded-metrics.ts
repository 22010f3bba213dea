import { Metrics } from '@aws-lambda-powertools/metrics';
import type { Measurement } from '#domain/telemetry/measurement.ts';
import { metricCatalog, metricNamespace } from '#domain/telemetry/metric-catalog.ts';
import type { MetricSink } from '#ports/metric-sink.ts';

/**
 * Metrics as lines of the function's log in CloudWatch's embedded metric format: no call, and nothing that could fail the
 * function.
 */
export class EmbeddedMetrics implements MetricSink {
  record(measurements: readonly Measurement[]): void {
    // What shares its dimensions and its moment shares a line.
    const groups = Map.groupBy(measurements, ({ atMs, dimensions, metric }) =>
      JSON.stringify([atMs, dimensions, metricCatalog[metric].dimensionSets]),
    );
    for (const group of groups.values()) write(group);
  }
}

const nothing = (): void => undefined;
/** Its warnings are about this process's clock and about names; the time is that of an event, and the names are the catalog's. */
const silent = { debug: nothing, info: nothing, warn: nothing, error: nothing };

function write(group: readonly Measurement[]): void {
  const [first] = group;
  if (!first) return;
  const { dimensions, atMs } = first;
  const metrics = new Metrics({ namespace: metricNamespace, serviceName: metricNamespace, logger: silent });
  // Powertools would put a dimension `service` into every set; ours is the service that is deployed, and not in all of them.
  metrics.clearDefaultDimensions();
  metrics.setTimestamp(atMs);
  for (const set of metricCatalog[first.metric].dimensionSets) {
    metrics.addDimensions(Object.fromEntries(set.map((name) => [name, dimensions[name] ?? 'unknown'])));
  }
  for (const { metric, value } of group) metrics.addMetric(metric, metricCatalog[metric].unit, value);
  metrics.publishStoredMetrics();
}
