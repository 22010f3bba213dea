import type { Deployment } from '#domain/deployment/deployment.ts';
import type { Deps } from '#ports/deps.ts';

/** Releases that wait for a person, the longest waiting first. */
export async function listApprovals(
  { deployments }: Pick<Deps, 'deployments'>,
  limit: number,
): Promise<{ readonly items: readonly Deployment[]; readonly more: boolean }> {
  const { ids, more } = await deployments.awaitingApproval(limit);
  const found = await Promise.all(ids.map((id) => deployments.find(id)));
  // The list is a moment behind the records.
  const items = found.filter((each) => each !== undefined).filter(({ status }) => status === 'awaiting_approval');
  return { items, more };
}
