import type { Manifest } from '#schemas/service/manifest.ts';
import type { Deps } from '#ports/deps.ts';

/** The manifest of the release that serves an environment, as it was when that went out. */
export async function servingManifest(
  { deployments }: Pick<Deps, 'deployments'>,
  service: string,
  environment: string,
): Promise<Manifest | undefined> {
  const { current } = await deployments.environment(service, environment);
  return current && (await deployments.find(current.deploymentId))?.manifest;
}
