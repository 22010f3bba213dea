import * as z from 'zod';
import { errorCode, type Failure } from '#schemas/workflows/failure.ts';
import type { DeploymentRecord } from './deployment.ts';
import { standingFailure } from './standing-failure.ts';

/** The machine's own error names, in the service's words. */
const stateErrors: Readonly<Record<string, Failure>> = {
  'States.Timeout': { code: 'timeout', message: 'The deployment ran longer than its limit.' },
  transient_fault: { code: 'unavailable', message: 'A service that this step needs stayed busy.' },
  'States.HeartbeatTimeout': { code: 'timeout', message: 'A step stopped giving signs of life.' },
};

/**
 * Why a run failed: what its failed step recorded, or else what the machine caught. An error that is not one of ours is
 * told by its kind only, since its text could hold anything.
 */
export function caughtFailure(record: DeploymentRecord, run: number, error: string, cause: string): Failure {
  const standing = standingFailure(record.steps, run);
  if (standing) return standing;
  const nested = error === 'States.TaskFailed' ? execution.safeParse(parsed(cause)).data : undefined;
  return nested ? namedFailure(nested.Error, nested.Cause) : namedFailure(error, cause);
}

/** A nested execution that failed, as the machine that waited for it is told. */
const execution = z.object({ ExecutionArn: z.string(), Error: z.string(), Cause: z.string().default('') });

function parsed(cause: string): unknown {
  try {
    return JSON.parse(cause);
  } catch {
    return undefined;
  }
}

function namedFailure(error: string, cause: string): Failure {
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
