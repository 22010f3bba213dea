import { Refusal } from '#domain/refusal.ts';
import type { EcsTarget } from '#domain/service/service.ts';

/** How messages call a target. */
export function nameOf({ cluster, serviceName }: EcsTarget): string {
  return `${cluster}/${serviceName}`;
}

/**
 * What an error of ECS means for a release: what the owner of the target has to mend, and what another attempt gets past,
 * are refusals that name the target. Anything else is given back as it is.
 */
export function targetRefusal(target: EcsTarget, cause: unknown): unknown {
  if (!(cause instanceof Error)) return cause;
  const name = nameOf(target);
  switch (cause.name) {
    case 'ClusterNotFoundException':
    case 'ServiceNotFoundException':
    case 'ServiceNotActiveException':
      return absent(target, cause);
    // ECS's and STS's words for the same thing.
    case 'AccessDeniedException':
    case 'AccessDenied': {
      const message = `Releasing into ${name} is not allowed. Register its deployRole, and let that role trust this service.`;
      return new Refusal('permission_denied', message, { cause });
    }
    case 'ClientException':
    case 'InvalidParameterException':
    case 'PlatformTaskDefinitionIncompatibilityException':
      return new Refusal('step_failed', `ECS refuses what is released into ${name}: ${cause.message}`, { cause });
    default:
      return cause;
  }
}

export function absent(target: EcsTarget, cause?: Error): Refusal {
  const message = `Target ${nameOf(target)} does not exist. Deploy its stack (the ecs-service construct) first.`;
  return new Refusal('not_found', message, cause && { cause });
}

/** Somebody else started a deployment of the service since its revision was read. */
export function changedMeanwhile(target: EcsTarget): Refusal {
  return new Refusal('unavailable', `Target ${nameOf(target)} was changed by somebody else at the same time.`, {
    transient: true,
  });
}
