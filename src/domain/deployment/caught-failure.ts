import { errorCode, type Failure } from '#schemas/workflows/failure.ts';
import type { DeploymentRecord } from './deployment.ts';
import { standingFailure } from './standing-failure.ts';

/** The machine's own error names, in the service's words. */
const stateErrors: Readonly<Record<string, Failure>> = {
  'States.Timeout': { code: 'timeout', message: 'The deployment ran longer than its limit.' },
  'States.HeartbeatTimeout': { code: 'timeout', message: 'A step stopped giving signs of life.' },
};

/**
 * Why a run failed: what its failed step recorded, or else what the machine caught. An error that is not one of ours is
 * told by its kind only, since its text could hold anything.
 */
export function caughtFailure(record: DeploymentRecord, run: number, error: string, cause: string): Failure {
  const standing = standingFailure(record.steps, run);
  if (standing) return standing;
  const known = stateErrors[error];
  if (known) return known;
  const code = errorCode.safeParse(error);
  if (code.success) return { code: code.data, message: messageIn(cause) ?? 'The deployment was stopped.' };
  return {
    code: 'internal_error',
    message: `The deployment's machine failed (${error}).`,
    nextAction: 'Deploy the commit again; if it fails again, the log of the named function says why.',
  };
}

/** A Lambda error arrives as JSON with `errorMessage`. */
function messageIn(cause: string): string | undefined {
  return /"errorMessage"\s*:\s*("(?:[^"\\]|\\.)*")/
    .exec(cause)
    ?.slice(1)
    .map((text) => JSON.parse(text) as string)[0];
}
