import type { TargetRef } from './service.ts';

/**
 * Whether two targets are one alias of one function, so that a version of the one is a version of the other. The region is
 * the installation's own in both (`resolveTarget`).
 */
export function isSameFunction(one: TargetRef, other: TargetRef): boolean {
  return one.functionName === other.functionName && one.alias === other.alias && accountOf(one) === accountOf(other);
}

/** The role decides into which account a release goes. */
function accountOf({ account, deployRole }: TargetRef): string | undefined {
  return deployRole?.split(':')[4] ?? account;
}
