import type { Deployment } from '#domain/deployment/deployment.ts';
import { newVersionOf } from '#domain/deployment/new-version.ts';
import type { RollbackFacts } from '#domain/deployment/rollback-feasibility.ts';
import { originOf } from '#domain/deployment/rollback-history.ts';
import { Refusal } from '#domain/refusal.ts';
import { isSameTarget } from '#domain/service/same-target.ts';
import type { TargetRef } from '#domain/service/service.ts';
import type { Deps } from '#ports/deps.ts';
import type { RollbackSituation } from './rollback-situation.ts';
import { verifyStatement } from './verify-artifact.ts';

export type FactsDeps = Pick<Deps, 'artifacts' | 'blobs' | 'images' | 'signer' | 'shifter'>;

/**
 * Finds out what speaks for and against going back to each of some releases. Reads nobody's artifact as a whole: its size
 * and its signed statement are enough to say whether it can be done, and when it is done every byte is read.
 */
export async function rollbackFacts(
  deps: FactsDeps,
  situation: Pick<RollbackSituation, 'current' | 'runner' | 'waiting' | 'stuck' | 'registered'>,
  releases: readonly Deployment[],
): Promise<readonly RollbackFacts[]> {
  const { current, runner, waiting, stuck, registered } = situation;
  const underWay = runner ?? waiting;
  const targetFault = await targetFaultOf(deps, registered);
  const serving = current && originOf(current);
  return Promise.all(
    releases.map(async (to) => {
      const [artifact, signatureFault, versionKept] = await Promise.all([
        artifactOf(deps, to),
        signatureFaultOf(deps, to),
        targetFault === undefined && isVersionKept(deps, to, registered),
      ]);
      return {
        to,
        registered,
        artifact,
        versionKept,
        serves: serving === to.id,
        ...(signatureFault !== undefined && { signatureFault }),
        ...(targetFault !== undefined && { targetFault }),
        ...(underWay && { underWay: underWay.id }),
        ...(stuck && { displacedBy: stuck.id }),
      };
    }),
  );
}

async function artifactOf({ blobs, images }: FactsDeps, { artifact }: Deployment): Promise<RollbackFacts['artifact']> {
  if (!artifact) return 'gone';
  if (artifact.format === 'image') return (await images.manifest(artifact.key)) ? 'present' : 'gone';
  const size = await blobs.size(artifact.key);
  if (size === undefined) return 'gone';
  return size === artifact.sizeBytes ? 'present' : 'changed';
}

async function signatureFaultOf(deps: FactsDeps, to: Deployment): Promise<string | undefined> {
  const { artifact, service } = to;
  if (!artifact) return 'there is nothing that could be signed';
  return faultIn(['artifact_verification_failed'], async () =>
    verifyStatement(deps, to, artifact, await deps.artifacts.evidence(service, artifact)),
  );
}

async function targetFaultOf({ shifter }: FactsDeps, target: TargetRef): Promise<string | undefined> {
  return faultIn(['not_found', 'permission_denied', 'conflict'], () => shifter.status(target));
}

/**
 * Whether the version that a release had is still there to be used again.
 *
 * @param target where it would get the traffic; a version of another target is none of this one
 */
export async function isVersionKept(
  { shifter }: Pick<Deps, 'shifter'>,
  to: Deployment,
  target: TargetRef,
): Promise<boolean> {
  const { release } = to;
  return release !== undefined && isSameTarget(release.target, target)
    ? shifter.keeps(target, release.version, newVersionOf(to))
    : false;
}

/** What a look is refused for, when it is by one of these codes: that is an answer here. */
async function faultIn(codes: readonly string[], look: () => Promise<unknown>): Promise<string | undefined> {
  try {
    await look();
    return undefined;
  } catch (error) {
    if (error instanceof Refusal && !error.transient && codes.includes(error.code)) return error.message;
    throw error;
  }
}
