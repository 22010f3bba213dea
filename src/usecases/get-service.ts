import { Refusal } from '#domain/refusal.ts';
import type { ServiceState } from '#domain/service/view.ts';
import type { Deps } from '#ports/deps.ts';
import { readServiceState } from './read-service-state.ts';

/** @throws Refusal `not_found` */
export async function getService(deps: Pick<Deps, 'services' | 'deployments'>, name: string): Promise<ServiceState> {
  const service = await deps.services.find(name);
  if (!service) throw new Refusal('not_found', `No service is registered as "${name}".`);
  return readServiceState(deps, service);
}
