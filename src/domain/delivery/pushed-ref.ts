import { repositoryIdentity } from './repository-identity.ts';

export type PushedRef =
  | { readonly kind: 'branch'; readonly name: string }
  | { readonly kind: 'ignored'; readonly reason: string };

/** The branch that a push moved, or why there is nothing to deploy. */
export function branchOf({ ref, after }: { readonly ref: string; readonly after: string }): PushedRef {
  const tag = /^refs\/tags\/(.+)$/.exec(ref)?.[1];
  if (tag !== undefined) return { kind: 'ignored', reason: `"${tag}" is a tag; only branches are deployed.` };
  const name = /^refs\/heads\/(.+)$/.exec(ref)?.[1];
  if (name === undefined) return { kind: 'ignored', reason: `"${ref}" is no branch.` };
  if (/^0*$/.test(after)) return { kind: 'ignored', reason: `The branch "${name}" was deleted.` };
  return { kind: 'branch', name };
}

/** The identities of a repository's addresses, each once. */
export function addressesOf(addresses: readonly (string | undefined)[]): readonly string[] {
  return [...new Set(addresses.flatMap((address) => (address && repositoryIdentity(address)) || []))];
}
