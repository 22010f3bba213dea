import type { Manifest } from '#schemas/service/manifest.ts';

/** The approval that an environment wants, as a manifest has it. */
export type ApprovalRule = NonNullable<Manifest['environments'][string]['approval']>;

/**
 * Which approval a release needs. What serves decides, and not the commit that wants to take its place: who may push a commit
 * could otherwise take the approval out of it. A change of the rule is released under the old rule, and counts from then on.
 *
 * @param serving manifest of the release that serves the environment; `undefined` before the first one
 */
export function approvalInForce(
  environment: string,
  own: Manifest,
  serving: Manifest | undefined,
): ApprovalRule | undefined {
  return serving?.environments[environment]?.approval ?? own.environments[environment]?.approval;
}
