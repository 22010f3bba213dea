import type { Deployment } from '#domain/deployment/deployment.ts';
import { Refusal } from '#domain/refusal.ts';
import type { Deps } from '#ports/deps.ts';
import type { Caller } from './caller.ts';
import { requireOwnership } from './require-ownership.ts';

/**
 * A deployment that the caller may change something about.
 *
 * @throws Refusal `not_found`, or `permission_denied` for a service of another group
 */
export async function ownedDeployment(
  { deployments, services }: Pick<Deps, 'deployments' | 'services'>,
  deploymentId: string,
  caller: Caller,
): Promise<Deployment> {
  const deployment = await deployments.find(deploymentId);
  const service = deployment && (await services.find(deployment.service));
  if (!deployment || !service) throw new Refusal('not_found', `There is no deployment ${deploymentId}.`);
  requireOwnership(caller, service);
  return deployment;
}
