import { Refusal, type Fault } from '../refusal.ts';
import { externalIdOf } from './external-id.ts';
import type { EcsTarget, TargetRef } from './service.ts';

interface RequestedPlace {
  readonly url?: string | undefined;
  readonly account?: string | undefined;
  readonly region?: string | undefined;
  readonly deployRole?: string | undefined;
}

/** A target as the caller names it; what is absent follows from the names of service and environment. */
export type TargetRequest =
  | (RequestedPlace & {
      readonly kind: 'lambda';
      readonly functionName?: string | undefined;
      readonly alias?: string | undefined;
    })
  | (RequestedPlace & {
      readonly kind: 'ecs';
      readonly cluster?: string | undefined;
      readonly serviceName?: string | undefined;
      readonly controller: EcsTarget['controller'];
    });

interface Installation {
  readonly region: string;
  readonly serviceUrlTemplate?: string;
}

const longestFunctionName = 64;

/**
 * Fills in a target. The function, or the ECS service in the cluster `services`, is `<service>-<environment>` unless named,
 * and a function's alias `live`.
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
  const url = request.url ?? urlByTemplate(service, environment, installation);
  const named = namesOf(`${service}-${environment}`, request);
  const faults = [...tooLong(named), ...(url === undefined ? [noUrl] : []), ...elsewhere(region, installation)];
  if (url === undefined || faults.length > 0) {
    throw new Refusal('validation_error', `The target of "${environment}" is not valid.`, {
      faults: faults.map(({ member, message }) => ({ pointer: `/environments/${environment}/${member}`, message })),
    });
  }
  return {
    ...named,
    url,
    ...(account !== undefined && { account }),
    ...(region !== undefined && { region }),
    ...(deployRole !== undefined && { deployRole, externalId: externalIdOf(service, environment) }),
  };
}

type Names = DistributiveOmit<TargetRef, keyof RequestedPlace | 'externalId'>;
type DistributiveOmit<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never;

function namesOf(byDefault: string, request: TargetRequest): Names {
  if (request.kind === 'lambda') {
    return { kind: 'lambda', functionName: request.functionName ?? byDefault, alias: request.alias ?? 'live' };
  }
  const { cluster = 'services', serviceName = byDefault, controller } = request;
  return { kind: 'ecs', cluster, serviceName, controller };
}

interface MemberFault extends Pick<Fault, 'message'> {
  readonly member: 'functionName' | keyof RequestedPlace;
}

const noUrl: MemberFault = {
  member: 'url',
  message: 'is needed for the health check: give the function URL or the address of the load balancer',
};

function urlByTemplate(service: string, environment: string, installation: Installation): string | undefined {
  return installation.serviceUrlTemplate?.replace('{service}', service).replace('{environment}', environment);
}

/** Lambda takes 64 characters, and two long names make more. ECS takes 255, which no two names reach. */
function tooLong(named: Names): MemberFault[] {
  if (named.kind !== 'lambda' || named.functionName.length <= longestFunctionName) return [];
  const { functionName } = named;
  const message = `is needed: "${functionName}", which follows from the names, has ${functionName.length} characters, and Lambda takes ${longestFunctionName}`;
  return [{ member: 'functionName', message }];
}

/** Lambda takes code only from a bucket in the function's own region, ECS images sooner from its own; the artifacts lie in this one. */
function elsewhere(region: string | undefined, installation: Installation): MemberFault[] {
  if (region === undefined || region === installation.region) return [];
  const message = `must be ${installation.region}, where this deployment service runs and its artifacts lie`;
  return [{ member: 'region', message }];
}
