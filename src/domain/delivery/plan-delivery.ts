import type { Manifest } from '#schemas/service/manifest.ts';
import type { Failure } from '#schemas/workflows/failure.ts';
import type { Service } from '../service/service.ts';

export interface DeliveryPlan {
  /** Where the commit goes. */
  readonly environments: readonly string[];
  readonly rejection?: Failure;
}

/**
 * Where a push to a branch goes: nowhere, when no environment wants that branch. Once an environment has a release, the
 * manifest of that release says which branch is its own, and not the pushed commit: a branch could otherwise send itself
 * anywhere.
 *
 * @param serving manifests of the releases that serve, by environment
 */
export function planDelivery(
  manifest: Manifest,
  service: Service,
  branch: string,
  serving: Readonly<Record<string, Manifest | undefined>> = {},
): DeliveryPlan {
  const wanting = Object.entries(manifest.environments)
    .filter(([name, { deployOn }]) => {
      const rules = serving[name]?.environments[name];
      return deployOn?.branch === branch && (!rules || rules.deployOn?.branch === branch);
    })
    .map(([name]) => name);
  if (wanting.length > 0 && manifest.name !== service.name) {
    const message = `The manifest at ${service.manifestPath} is that of "${manifest.name}", but the service is registered as "${service.name}".`;
    return { environments: [], rejection: { code: 'validation_error', message } };
  }
  const environments = wanting.filter((name) => Object.hasOwn(service.environments, name));
  const unknown = wanting.filter((name) => !environments.includes(name));
  if (unknown.length === 0) return { environments };
  const message = `Pushes to "${branch}" go to ${unknown.join(', ')}, which the service is not registered with.`;
  return { environments, rejection: { code: 'validation_error', message, nextAction: 'Register the environment.' } };
}
