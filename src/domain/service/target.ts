import { Refusal, type Fault } from '../refusal.ts';
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

interface Installation {
  readonly region: string;
  readonly serviceUrlTemplate?: string;
}

const longestFunctionName = 64;

/**
 * Fills in a target. The function is `<service>-<environment>` and its alias `live` unless named.
 *
 * @throws Refusal `validation_error` with every fault: a function name that Lambda would not take, neither a URL nor a
 * template for one, a region that is not the installation's
 */
export function resolveTarget(
  service: string,
  environment: string,
  request: TargetRequest,
  installation: Installation,
): TargetRef {
  const { account, region, deployRole } = request;
  const functionName = request.functionName ?? `${service}-${environment}`;
  const url = request.url ?? urlByTemplate(service, environment, installation);
  const faults = [...tooLong(functionName), ...(url === undefined ? [noUrl] : []), ...elsewhere(region, installation)];
  if (url === undefined || faults.length > 0) {
    throw new Refusal('validation_error', `The target of "${environment}" is not valid.`, {
      faults: faults.map(({ member, message }) => ({ pointer: `/environments/${environment}/${member}`, message })),
    });
  }
  return {
    functionName,
    alias: request.alias ?? 'live',
    url,
    ...(account !== undefined && { account }),
    ...(region !== undefined && { region }),
    ...(deployRole !== undefined && { deployRole }),
  };
}

interface MemberFault extends Pick<Fault, 'message'> {
  readonly member: keyof TargetRequest;
}

const noUrl: MemberFault = {
  member: 'url',
  message: 'is needed for the health check: give the function URL or the address of the load balancer',
};

function urlByTemplate(service: string, environment: string, installation: Installation): string | undefined {
  return installation.serviceUrlTemplate?.replace('{service}', service).replace('{environment}', environment);
}

function tooLong(functionName: string): MemberFault[] {
  if (functionName.length <= longestFunctionName) return [];
  const message = `is needed: "${functionName}", which follows from the names, has ${functionName.length} characters, and Lambda takes ${longestFunctionName}`;
  return [{ member: 'functionName', message }];
}

/** Lambda takes code only from a bucket in the function's own region, and the artifacts lie in this one. */
function elsewhere(region: string | undefined, installation: Installation): MemberFault[] {
  if (region === undefined || region === installation.region) return [];
  const message = `must be ${installation.region}, where this deployment service runs: Lambda takes artifacts only from its own region`;
  return [{ member: 'region', message }];
}
