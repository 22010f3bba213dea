import type { Deps } from '#ports/deps.ts';

/**
 * Tells the registry of the artifact that a deployment signed. The reference that deployments go by was committed with the
 * step; this comes after it, and until it is through.
 *
 * @throws Refusal `unavailable`: whoever delivered the event tries again
 */
export async function announceArtifact(
  { deployments, artifacts }: Pick<Deps, 'deployments' | 'artifacts'>,
  deploymentId: string,
): Promise<'registered' | 'none'> {
  const deployment = await deployments.find(deploymentId);
  if (!deployment?.artifact || !deployment.source) return 'none';
  const { artifact, service, commit, source, id } = deployment;
  await artifacts.register({ ...artifact, service, commit, tree: source.tree, builtBy: id });
  return 'registered';
}
