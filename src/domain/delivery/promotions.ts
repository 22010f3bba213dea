import type { Deployment } from '../deployment/deployment.ts';
import type { EnvironmentState } from '../service/service.ts';

export interface Promotion {
  readonly environment: string;
  readonly soakSeconds: number;
}

/** Where a deployment that succeeded goes next, by the manifest of its own commit. */
export function promotionsOf({ kind, status, manifest, environment }: Deployment): readonly Promotion[] {
  // What is gone back to has been everywhere already.
  if (kind !== 'release' || status !== 'succeeded') return [];
  return Object.entries(manifest?.environments ?? {}).flatMap(([name, { promoteFrom }]) =>
    promoteFrom?.environment === environment ? [{ environment: name, soakSeconds: promoteFrom.soakSeconds }] : [],
  );
}

/** Why a promotion that was planned is not made after all. */
export type PromotionHindrance = 'not_wanted' | 'replaced' | 'not_registered' | 'there_already';

/**
 * Whether anything speaks against a promotion at the time that it is due. Only what still serves its own environment goes
 * on: a commit that was replaced while it proved itself has not.
 */
export function hindranceOf(
  deployment: Deployment,
  to: string,
  {
    registered,
    from,
    target,
  }: {
    readonly registered: readonly string[];
    readonly from: EnvironmentState;
    readonly target: EnvironmentState;
  },
): PromotionHindrance | undefined {
  if (!promotionsOf(deployment).some(({ environment }) => environment === to)) return 'not_wanted';
  if (from.current?.deploymentId !== deployment.id) return 'replaced';
  if (!registered.includes(to)) return 'not_registered';
  const { commit, artifactDigest } = target.current ?? {};
  return commit === deployment.commit && artifactDigest === deployment.artifact?.digest ? 'there_already' : undefined;
}
