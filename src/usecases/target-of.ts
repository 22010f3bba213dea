import type { Deployment } from '#domain/deployment/deployment.ts';
import { Refusal } from '#domain/refusal.ts';
import type { TargetRef } from '#domain/service/service.ts';
import type { Deps } from '#ports/deps.ts';

/** Where a deployment goes, as registered now. Once it is released, its record says where it went. */
export async function targetOf({ services }: Pick<Deps, 'services'>, deployment: Deployment): Promise<TargetRef> {
  const service = await services.find(deployment.service);
  const target = service?.environments[deployment.environment];
  if (target) return target;
  throw new Refusal(
    'not_found',
    `Environment "${deployment.environment}" of "${deployment.service}" is not registered.`,
  );
}
