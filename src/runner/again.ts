import { type RetryNote, retryLimit } from '#schemas/workflows/stage-notes.ts';

export interface Patience {
  readonly sleep: (milliseconds: number) => Promise<void>;
  /** From 0 to 1, as `Math.random`. */
  readonly random: () => number;
}

interface Again<T> {
  readonly value: T;
  readonly retries: readonly RetryNote[];
}

const firstPauseMs = 2_000;
const growth = 3;
const longestPauseMs = 20_000;

/**
 * Does something again while its fault is one that passes: three times at most, after a random part of an ever longer pause
 * ("full jitter"), so that builds which failed together do not come back together.
 *
 * @param faultOf what passes by itself, in words; `undefined` for everything else
 */
export async function again<T>(
  work: () => Promise<T>,
  faultOf: (value: T) => string | undefined,
  { sleep, random }: Patience,
  onRetry: (retry: RetryNote) => void,
): Promise<Again<T>> {
  const retries: RetryNote[] = [];
  for (;;) {
    const value = await work();
    const reason = retries.length < retryLimit ? faultOf(value) : undefined;
    if (reason === undefined) return { value, retries };
    const longest = Math.min(longestPauseMs, firstPauseMs * growth ** retries.length);
    const retry = { reason, afterMs: Math.round(random() * longest) };
    retries.push(retry);
    onRetry(retry);
    await sleep(retry.afterMs);
  }
}
