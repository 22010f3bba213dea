import type { TargetRef } from './service.ts';

/**
 * Whether two targets are the same one, so that a version of the one is a version of the other. The region is the
 * installation's own in both (`resolveTarget`).
 */
export function isSameTarget(one: TargetRef, other: TargetRef): boolean {
  return nameOf(one) === nameOf(other) && accountOf(one) === accountOf(other);
}

/** Of one kind and account, no two targets share a name. */
export function nameOf(target: TargetRef): string {
  return target.kind === 'lambda'
    ? `${target.functionName}:${target.alias}`
    : `${target.cluster}/${target.serviceName}`;
}

/** The role decides into which account a release goes. */
function accountOf({ account, deployRole }: TargetRef): string | undefined {
  return deployRole?.split(':')[4] ?? account;
}
