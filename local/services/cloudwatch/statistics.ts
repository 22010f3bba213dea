import type { Point, Sample } from './metric-store.ts';

export interface Bucket {
  readonly startMs: number;
  readonly points: readonly Sample[];
}

/** Groups points by period; periods begin at multiples of their length, empty ones are left out. */
export function bucketsOf(points: readonly Point[], periodSeconds: number): readonly Bucket[] {
  const periodMs = periodSeconds * 1000;
  const groups = Map.groupBy(points, ({ atMs }) => Math.floor(atMs / periodMs) * periodMs);
  return [...groups].map(([startMs, members]) => ({ startMs, points: members }));
}

/** A statistic by its CloudWatch name; undefined for a percentile of values that are not known one by one. */
export function statisticOf(points: readonly Sample[], name: string): number | undefined {
  const total = (of: (point: Sample) => number): number => points.reduce((sum, point) => sum + of(point), 0);
  switch (name) {
    case 'SampleCount':
      return total(({ samples }) => samples);
    case 'Sum':
      return total(({ sum }) => sum);
    case 'Average':
      return total(({ sum }) => sum) / total(({ samples }) => samples);
    case 'Minimum':
      return points.reduce((least, { minimum }) => Math.min(least, minimum), Infinity);
    case 'Maximum':
      return points.reduce((most, { maximum }) => Math.max(most, maximum), -Infinity);
    default:
      return percentileOf(points, Number(name.slice(1)));
  }
}

/** The least value that at least so many percent of all values do not exceed (nearest rank). */
function percentileOf(points: readonly Sample[], percent: number): number | undefined {
  if (points.some(({ minimum, maximum }) => minimum !== maximum)) return undefined;
  const ordered = points.toSorted((one, two) => one.minimum - two.minimum);
  const rank = (percent / 100) * ordered.reduce((sum, { samples }) => sum + samples, 0);
  let seen = 0;
  for (const { samples, minimum } of ordered) {
    seen += samples;
    // 99.9 percent of 1000 is 999.0000000000001 in floating point.
    if (seen >= rank - 1e-9) return minimum;
  }
  return ordered.at(-1)?.minimum;
}
