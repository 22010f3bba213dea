import { blobKeys } from '#domain/blob-keys.ts';
import { cacheTrust } from '#domain/build-cache/trust.ts';
import { Refusal } from '#domain/refusal.ts';
import type { Deps } from '#ports/deps.ts';
import type { FindStages, FoundStages } from '#schemas/workflows/build-cache.ts';
import { requireRunnerToken } from './require-runner-token.ts';

/**
 * Results of earlier builds that this one may take. Whose they may be follows from the deployment's environment, which the
 * build has no say in.
 *
 * @throws Refusal `permission_denied` without the token of the plan
 */
export async function findCachedStages(
  deps: Pick<Deps, 'seal' | 'deployments' | 'buildCache'>,
  message: FindStages,
): Promise<FoundStages> {
  await requireRunnerToken(deps, message);
  const deployment = await deps.deployments.find(message.deploymentId);
  if (!deployment) throw new Refusal('not_found', `There is no deployment ${message.deploymentId}.`);
  const { service, environment } = deployment;
  const { reads } = cacheTrust(environment);
  const places = reads.flatMap((trust) => message.stages.map((each) => ({ ...each, service, trust })));
  const known = await deps.buildCache.find(places);
  const first = new Map(known.toReversed().map((each) => [each.stage, each]));
  return {
    found: [...first.values()].map((each) => {
      const { stage, key, sha256, sizeBytes, durationMs } = each;
      return { stage, key, sha256, sizeBytes, durationMs, blobKey: blobKeys.cached(each) };
    }),
  };
}
