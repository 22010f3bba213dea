import type { Manifest } from '#schemas/service/manifest.ts';
import type { Deployment } from './deployment.ts';

/** The approval that an environment wants, as a manifest has it. */
export type ApprovalRule = NonNullable<Manifest['environments'][string]['approval']>;

/** What of the deployment that serves says which approval its environment wants. */
export type Serving = Pick<Deployment, 'manifest' | 'standingApproval'>;

/**
 * Which approval a release needs. What serves decides, and not the commit that wants to take its place: who may push a commit
 * could otherwise take the approval out of it. A change of the rule is released under the old rule, and counts from then on.
 * A rollback brings back an older manifest and changes no rule: what was in force before it stands.
 *
 * @param serving the deployment that serves the environment; `undefined` before the first one
 */
export function approvalInForce(
  environment: string,
  own: Manifest,
  serving: Serving | undefined,
): ApprovalRule | undefined {
  return approvalOf(environment, serving) ?? own.environments[environment]?.approval;
}

/** The rule that stands by what serves; none before the first release, and where none was asked for. */
export function approvalOf(environment: string, serving: Serving | undefined): ApprovalRule | undefined {
  return serving?.standingApproval ?? serving?.manifest?.environments[environment]?.approval;
}
