import type { Failure } from '#schemas/workflows/failure.ts';
import type { Step } from './deployment.ts';

/**
 * Why a run stands still: the failure of the latest step whose last attempt failed. An attempt that a later one followed
 * does not count, however it ended: a throttled call that was tried again is no reason for what happens afterwards.
 */
export function standingFailure(steps: readonly Step[], run: number): Failure | undefined {
  const last = steps.filter((step) => !steps.some((other) => other.name === step.name && other.attempt > step.attempt));
  return last.findLast((step) => step.run === run && step.status === 'failed')?.failure;
}
