import type { Reach } from './permissions.ts';

/** Who a caller is, as far as ownership is concerned. */
export interface Membership {
  /** Groups of the token, compared letter by letter. */
  readonly groups: ReadonlySet<string>;
  readonly reach: Reach;
}

/**
 * Whether somebody may act for a group: change what is registered with it as owner, or register something as its own.
 * What may be done is another matter, that of the permissions.
 */
export function mayActFor({ groups, reach }: Membership, group: string): boolean {
  return reach === 'every-service' || groups.has(group);
}
