import type { DeploymentStatus } from '#schemas/workflows/status.ts';

/** A deployment that nothing has touched for a while. */
interface Untouched {
  readonly status: DeploymentStatus;
  readonly untouchedMs: number;
  /** Whether it stands in line for its environment. */
  readonly inLine: boolean;
}

/** Even who waits may have lost its machine, so everybody gets a look now and then. */
const nowAndThenMs = 30 * 60_000;

/**
 * Whether something may be wrong with it. Who waits for a person, or for its turn, is untouched for good reason: its machine
 * did the waiting's first step. One that is queued and stands in no line has never begun.
 *
 * @param everyMs how often this is asked
 */
export function isWorthALook({ status, untouchedMs, inLine }: Untouched, everyMs: number): boolean {
  const waits = status === 'awaiting_approval' || (status === 'queued' && inLine);
  return !waits || untouchedMs % nowAndThenMs < everyMs;
}
