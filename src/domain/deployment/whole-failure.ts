import type { Failure } from '#schemas/workflows/failure.ts';
import type { DeploymentRecord } from './deployment.ts';
import { nextActionFor } from './next-action.ts';

/**
 * A failure with all that a person needs: its code, where it happened, the last of what was written, and what to do. What it
 * says itself stays.
 */
export function wholeFailure(failure: Failure, record: DeploymentRecord): Failure {
  return {
    ...failure,
    step: failure.step ?? stepOf(record),
    logTail: failure.logTail ?? [],
    nextAction: failure.nextAction ?? nextActionFor(failure, record.deployment),
  };
}

/** Where the present run was: at its latest step, or not yet at any. */
function stepOf({ deployment, steps }: DeploymentRecord): string {
  const own = steps.filter(({ run }) => run === deployment.run);
  const latest = own.findLast(({ status }) => status === 'running') ?? own.at(-1);
  return latest?.name ?? (deployment.fence === undefined ? 'admission' : 'source');
}
