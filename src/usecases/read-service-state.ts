import type { Deployment } from '#domain/deployment/deployment.ts';
import type { Service } from '#domain/service/service.ts';
import type { ServiceState } from '#domain/service/view.ts';
import type { Deps } from '#ports/deps.ts';

/** One page: the last deployment of a busy environment is among the latest of its service. */
const latest = 100;

/**
 * What the environments of a service run, and their last deployments. Costs one page and a few single reads, however long the
 * history is: of an environment without any deployment among the latest of the service, the last one is the one that went
 * out last, which leaves out those that ended before they began.
 */
export async function readServiceState(
  { deployments }: Pick<Deps, 'deployments'>,
  service: Service,
): Promise<ServiceState> {
  const { items } = await deployments.list({ service: service.name, limit: latest });
  const lastBegun = async (environment: string): Promise<Deployment | undefined> => {
    const { last } = await deployments.slot(service.name, environment);
    return last && deployments.find(last.deploymentId);
  };
  const environments = Object.keys(service.environments).map(async (environment) => {
    const recent = items.find((item) => item.environment === environment);
    const [state, last] = await Promise.all([
      deployments.environment(service.name, environment),
      recent ?? lastBegun(environment),
    ]);
    return { ...state, ...(last && { last }) };
  });
  return { service, environments: await Promise.all(environments) };
}
