import { Refusal } from '#domain/refusal.ts';
import type { Service } from '#domain/service/service.ts';
import type { Deps } from '#ports/deps.ts';

/** @throws Refusal `not_found` for a service that is not registered */
export async function findService({ services }: Pick<Deps, 'services'>, name: string): Promise<Service> {
  const service = await services.find(name);
  if (service) return service;
  throw new Refusal('not_found', `No service is registered as "${name}". Register it first.`);
}
