import { Refusal } from '#domain/refusal.ts';
import type { LambdaTarget } from '#domain/service/service.ts';

/**
 * What an error of Lambda means for a release: what the owner of the target has to mend, and what another attempt gets
 * past, are refusals that name the target. Anything else is given back as it is.
 */
export function targetRefusal({ functionName, alias }: LambdaTarget, cause: unknown): unknown {
  if (!(cause instanceof Error)) return cause;
  const name = `${functionName}:${alias}`;
  switch (cause.name) {
    case 'ResourceNotFoundException': {
      const message = `Target ${name} does not exist. Deploy its stack (the lambda-service construct) first.`;
      return new Refusal('not_found', message, { cause });
    }
    // Lambda's and STS's words for the same thing.
    case 'AccessDeniedException':
    case 'AccessDenied': {
      const message = `Releasing into ${name} is not allowed. Register its deployRole, and let that role trust this service.`;
      return new Refusal('permission_denied', message, { cause });
    }
    // The alias was moved since it was read; or an update of the function is in progress.
    case 'PreconditionFailedException':
    case 'ResourceConflictException': {
      const message = `Target ${name} was changed by somebody else at the same time.`;
      return new Refusal('unavailable', message, { cause, transient: true });
    }
    case 'InvalidParameterValueException':
      return new Refusal('step_failed', `Lambda refuses what is released into ${name}: ${cause.message}`, { cause });
    default:
      return cause;
  }
}
