import type { Deployment } from '#domain/deployment/deployment.ts';
import { originOf } from '#domain/deployment/rollback-history.ts';
import { standing } from '#domain/deployment/standing.ts';
import { Refusal } from '#domain/refusal.ts';
import type { Deps } from '#ports/deps.ts';
import type { RollbackSituation } from './rollback-situation.ts';

/**
 * The deployment that brought a release of an environment out. A rollback stands for the release that it brought back.
 *
 * @throws Refusal `validation_error` for a deployment of something else, `conflict` for one that did not succeed
 */
export async function findRelease(
  { deployments }: Pick<Deps, 'deployments'>,
  { service, environment }: Pick<RollbackSituation, 'service' | 'environment'>,
  id: string,
): Promise<Deployment> {
  const named = await deployments.find(id);
  if (named?.service !== service.name || named.environment !== environment) {
    const what = named ? `it went to ${named.environment} of ${named.service}` : 'there is no such deployment';
    throw new Refusal('validation_error', `${id} is no release of ${environment} of "${service.name}": ${what}.`, {
      faults: [{ pointer: '/to', message: `must be a deployment of ${service.name} to ${environment}` }],
    });
  }
  const origin = named.kind === 'rollback' ? await deployments.find(originOf(named)) : named;
  if (named.status === 'succeeded' && origin?.status === 'succeeded') return origin;
  throw new Refusal(
    'conflict',
    `Deployment ${id} ${standing(named.status)}: only a release that succeeded can be gone back to. See them with: dsctl rollback ${service.name} --environment ${environment} --list`,
  );
}
