import { Refusal } from '../refusal.ts';
import type { TargetRef } from './service.ts';

/** A target as the caller names it; what is absent follows from the names of service and environment. */
export interface TargetRequest {
  readonly functionName?: string | undefined;
  readonly alias?: string | undefined;
  readonly url?: string | undefined;
  readonly account?: string | undefined;
  readonly region?: string | undefined;
  readonly deployRole?: string | undefined;
}

interface UrlDefaults {
  readonly serviceUrlTemplate?: string;
}

/**
 * Fills in a target. The function is `<service>-<environment>` and its alias `live` unless named.
 *
 * @throws Refusal `validation_error` when there is neither a URL nor a template for one
 */
export function resolveTarget(
  service: string,
  environment: string,
  request: TargetRequest,
  defaults: UrlDefaults,
): TargetRef {
  const { account, region, deployRole } = request;
  return {
    functionName: request.functionName ?? `${service}-${environment}`,
    alias: request.alias ?? 'live',
    url: urlOf(service, environment, request, defaults),
    ...(account !== undefined && { account }),
    ...(region !== undefined && { region }),
    ...(deployRole !== undefined && { deployRole }),
  };
}

function urlOf(service: string, environment: string, request: TargetRequest, defaults: UrlDefaults): string {
  if (request.url !== undefined) return request.url;
  if (defaults.serviceUrlTemplate !== undefined) {
    return defaults.serviceUrlTemplate.replace('{service}', service).replace('{environment}', environment);
  }
  throw new Refusal('validation_error', 'A target lacks its URL.', {
    faults: [
      {
        pointer: `/environments/${environment}/url`,
        message: 'is needed for the health check: give the function URL or the address of the load balancer',
      },
    ],
  });
}
