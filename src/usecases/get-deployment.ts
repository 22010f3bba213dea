import type { DeploymentRecord } from '#domain/deployment/deployment.ts';
import { Refusal } from '#domain/refusal.ts';
import type { Deps } from '#ports/deps.ts';

/** @throws Refusal `not_found` */
export async function getDeployment(deps: Pick<Deps, 'deployments'>, id: string): Promise<DeploymentRecord> {
  const record = await deps.deployments.load(id);
  if (!record) throw new Refusal('not_found', `There is no deployment ${id}.`);
  return record;
}
