import type { Retrier } from './definition.ts';

/**
 * Milliseconds until the next attempt. `retriesSoFar` counts what this Retrier has already granted in this state;
 * `undefined` means that it grants no more.
 */
export function retryDelayMs(retrier: Retrier, retriesSoFar: number, random: () => number): number | undefined {
  if (retriesSoFar >= (retrier.MaxAttempts ?? 3)) return undefined;
  const grown = (retrier.IntervalSeconds ?? 1) * (retrier.BackoffRate ?? 2) ** retriesSoFar;
  const seconds = Math.min(grown, retrier.MaxDelaySeconds ?? Number.POSITIVE_INFINITY);
  return Math.round((retrier.JitterStrategy === 'FULL' ? seconds * random() : seconds) * 1000);
}
