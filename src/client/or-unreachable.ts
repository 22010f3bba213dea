import { Unreachable } from './unreachable.ts';

/**
 * Does something over the network, and nothing else: `fetch` says every failure with the same TypeError as a bug has.
 *
 * @throws Unreachable when no answer came or it broke off; the signal's reason when the caller gave up
 */
export async function orUnreachable<T>(url: string, signal: AbortSignal, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!signal.aborted || isTimeout(signal.reason)) throw new Unreachable(url, signal.reason ?? error);
    throw signal.reason;
  }
}

function isTimeout(reason: unknown): boolean {
  return reason instanceof Error && reason.name === 'TimeoutError';
}
