import { isTerminal } from '#domain/deployment/transitions.ts';
import type { Deps } from '#ports/deps.ts';

export type ArchiveLogDeps = Pick<Deps, 'clock' | 'coldLogs' | 'deployments' | 'hotLogs'>;

/**
 * Moves the log of a deployment into the archive. Each step can be the last one before a crash: what is archived and
 * verified becomes the log's index, only then its lines are removed, and only then the log is off the list.
 *
 * @returns `kept` when the deployment is still under way, or its log was written to meanwhile
 */
export async function archiveLog(deps: ArchiveLogDeps, deploymentId: string): Promise<'archived' | 'kept'> {
  const deployment = await deps.deployments.find(deploymentId);
  if (deployment && !isTerminal(deployment.status)) return 'kept';
  const log = await deps.hotLogs.find(deploymentId);
  if (!log) return 'archived';
  if (log.archive?.last === log.last) {
    await deps.coldLogs.verify(log.archive);
  } else {
    const index = await deps.coldLogs.store(deploymentId, deps.hotLogs.whole(deploymentId));
    // Lines that came while it was written are in the table only.
    if (index.last !== log.last) return 'kept';
    if (!(await deps.hotLogs.index(deploymentId, log, index))) return 'kept';
  }
  await deps.hotLogs.drop(deploymentId);
  return 'archived';
}
