import { blobKeys } from '#domain/blob-keys.ts';
import type { CachedStage } from '#domain/build-cache/cached-stage.ts';
import { cacheTrust } from '#domain/build-cache/trust.ts';
import { Refusal } from '#domain/refusal.ts';
import type { Deps } from '#ports/deps.ts';
import type { KeepStages } from '#schemas/workflows/build-cache.ts';
import { requireRunnerToken } from './require-runner-token.ts';

/**
 * Takes what a build's stages left from the build's own uploads into the cache. The build itself may not write there: the
 * namespace follows from the deployment's environment, and what lies in it already stays.
 *
 * @throws Refusal `permission_denied` without the token of the plan
 */
export async function keepCachedStages(
  deps: Pick<Deps, 'seal' | 'deployments' | 'buildCache' | 'blobs'>,
  message: KeepStages,
): Promise<void> {
  await requireRunnerToken(deps, message);
  const { deploymentId, run } = message;
  const deployment = await deps.deployments.find(deploymentId);
  if (!deployment) throw new Refusal('not_found', `There is no deployment ${deploymentId}.`);
  const { service, environment } = deployment;
  const own = { service, trust: cacheTrust(environment).writes };

  const stages = message.stages.map((each): CachedStage => ({ ...each, ...own }));
  const places = [...stages, ...message.broken.map((each) => ({ ...each, ...own }))];
  const known = await deps.buildCache.find(places);
  // Of another namespace's results nobody here can say that they are broken.
  const broken = known.filter((each) => message.broken.some((named) => isSame(each, named)));
  const good = known.filter((each) => !broken.includes(each));
  const fresh = stages.filter((each) => !good.some(({ stage, key }) => stage === each.stage && key === each.key));
  const copied = await Promise.all(
    fresh.map((each) => deps.blobs.copy(blobKeys.cacheUpload(deploymentId, run, each.sha256), blobKeys.cached(each))),
  );
  await deps.buildCache.keep(
    fresh.filter((_, index) => copied[index]),
    broken,
  );
}

type Named = Pick<CachedStage, 'stage' | 'key' | 'sha256'>;

function isSame(one: Named, other: Named): boolean {
  return one.stage === other.stage && one.key === other.key && one.sha256 === other.sha256;
}
