import type { Deployment } from '#domain/deployment/deployment.ts';
import type { Manifest } from '#schemas/service/manifest.ts';
import type { Deps } from '#ports/deps.ts';

/** The manifest of the release that serves an environment, as it was when that went out. */
export async function servingManifest(
  deps: Pick<Deps, 'deployments'>,
  service: string,
  environment: string,
): Promise<Manifest | undefined> {
  return (await servingDeployment(deps, service, environment))?.manifest;
}

/** The deployment that serves an environment, a release or a rollback. */
export async function servingDeployment(
  { deployments }: Pick<Deps, 'deployments'>,
  service: string,
  environment: string,
): Promise<Deployment | undefined> {
  const { current } = await deployments.environment(service, environment);
  return current && deployments.find(current.deploymentId);
}
