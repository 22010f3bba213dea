import type { HostClock } from '../clock.ts';
import { addLatency, mergeHistogram, percentile, type Histogram } from './latency-histogram.ts';

/** What one version answered: of a function behind one alias, or of the tasks behind one host. */
export interface VersionTraffic {
  readonly version: string;
  readonly requests: number;
  /** Answers with status 500 or above, function errors, and tasks that did not answer. */
  readonly errors: number;
  readonly latenciesMs: { readonly p50: number; readonly p95: number; readonly p99: number };
}

export interface ObservedRequest {
  /** What the version is one of: `<function>:<alias>`, or the host of a rule. */
  readonly of: string;
  readonly version: string;
  readonly failed: boolean;
  readonly latencyMs: number;
}

export interface TrafficStats {
  record(request: ObservedRequest): void;
  /** Versions that had requests since the second that `sinceMs` lies in; at most the last 15 minutes are known. */
  since(of: string, sinceMs: number): VersionTraffic[];
  reset(): void;
}

interface Second {
  readonly atSecond: number;
  requests: number;
  errors: number;
  readonly histogram: Histogram;
}

const KEPT_SECONDS = 15 * 60;

/** Counts in buckets of one second. */
export function createTrafficStats(clock: HostClock): TrafficStats {
  // Alias or host -> version -> its seconds in order of time.
  const targets = new Map<string, Map<string, Second[]>>();

  return {
    record({ of, version, failed, latencyMs }) {
      const versions = targets.get(of) ?? new Map<string, Second[]>();
      targets.set(of, versions);
      const seconds = versions.get(version) ?? [];
      versions.set(version, seconds);
      const second = currentSecond(seconds, Math.floor(clock.now() / 1000));
      second.requests++;
      if (failed) second.errors++;
      addLatency(second.histogram, latencyMs);
    },
    since(of, sinceMs) {
      const oldest = Math.floor(clock.now() / 1000) - KEPT_SECONDS;
      const from = Math.max(Math.floor(sinceMs / 1000), oldest + 1);
      return [...(targets.get(of) ?? [])].flatMap(
        ([version, seconds]) =>
          summary(
            version,
            seconds.filter((second) => second.atSecond >= from),
          ) ?? [],
      );
    },
    reset: () => targets.clear(),
  };
}

function currentSecond(seconds: Second[], atSecond: number): Second {
  const last = seconds.at(-1);
  if (last && last.atSecond >= atSecond) return last;
  const next: Second = { atSecond, requests: 0, errors: 0, histogram: new Map() };
  seconds.push(next);
  while ((seconds[0]?.atSecond ?? atSecond) <= atSecond - KEPT_SECONDS) seconds.shift();
  return next;
}

function summary(version: string, seconds: readonly Second[]): VersionTraffic | undefined {
  if (seconds.length === 0) return undefined;
  const histogram: Histogram = new Map();
  for (const second of seconds) mergeHistogram(histogram, second.histogram);
  return {
    version,
    requests: seconds.reduce((sum, second) => sum + second.requests, 0),
    errors: seconds.reduce((sum, second) => sum + second.errors, 0),
    latenciesMs: {
      p50: percentile(histogram, 0.5),
      p95: percentile(histogram, 0.95),
      p99: percentile(histogram, 0.99),
    },
  };
}
