import type { RetryErrorInfo, RetryStrategyV2, RetryToken } from '@smithy/types';
import type { VirtualClock } from '#local/clock.ts';

const attempts = 3;

/** How SDK clients try again, as by default, except that they wait on a clock of ours. */
export function clockedRetries(clock: VirtualClock): RetryStrategyV2 & { readonly mode: string } {
  return {
    mode: 'standard',
    acquireInitialRetryToken: async () => tokenOf(0),
    async refreshRetryTokenForRetry(token: RetryToken, { errorType }: RetryErrorInfo) {
      const count = token.getRetryCount() + 1;
      const retryable = errorType === 'THROTTLING' || errorType === 'TRANSIENT';
      if (!retryable || count >= attempts) throw new Error('No retry token available');
      await new Promise<void>((resolve) => clock.after(50 * 2 ** count, resolve));
      return tokenOf(count);
    },
    recordSuccess: () => undefined,
  };
}

function tokenOf(count: number): RetryToken {
  return { getRetryCount: () => count, getRetryDelay: () => 0 };
}
