/** Counts of latencies in buckets that each are 5 % wider than the one before: percentiles are exact to that. */
export type Histogram = Map<number, number>;

const FIRST_MS = 0.1;
const GROWTH = 1.05;

export function addLatency(histogram: Histogram, milliseconds: number): void {
  const bucket = Math.max(0, Math.ceil(Math.log(milliseconds / FIRST_MS) / Math.log(GROWTH)));
  histogram.set(bucket, (histogram.get(bucket) ?? 0) + 1);
}

export function mergeHistogram(into: Histogram, from: Histogram): void {
  for (const [bucket, count] of from) into.set(bucket, (into.get(bucket) ?? 0) + count);
}

/**
 * The latency, in milliseconds, that the given share of requests stayed within; the upper edge of its bucket.
 * @param share 0 to 1, such as 0.95
 */
export function percentile(histogram: Histogram, share: number): number {
  const buckets = [...histogram].sort(([a], [b]) => a - b);
  const total = buckets.reduce((sum, [, count]) => sum + count, 0);
  let left = Math.ceil(total * share);
  for (const [bucket, count] of buckets) {
    left -= count;
    if (left <= 0) return FIRST_MS * GROWTH ** bucket;
  }
  return 0;
}
