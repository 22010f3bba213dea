import type { Deployment } from '../deployment/deployment.ts';

/**
 * How many of the newest deployments failed one after the other. What is under way, was cancelled or gave way to a newer
 * one, and every rollback, says nothing about whether releases work, so it neither counts nor ends the row.
 *
 * @param deployments of one service and environment, newest first
 */
export function failuresInARow(deployments: readonly Pick<Deployment, 'kind' | 'status' | 'failure'>[]): number {
  const judged = deployments.map(judge).filter((verdict) => verdict !== 'neither');
  const good = judged.indexOf('good');
  return good === -1 ? judged.length : good;
}

function judge({ kind, status, failure }: Pick<Deployment, 'kind' | 'status' | 'failure'>): 'good' | 'bad' | 'neither' {
  if (kind === 'rollback') return 'neither';
  if (status === 'succeeded') return 'good';
  if (status === 'failed' || status === 'rollback_failed') return 'bad';
  return status === 'rolled_back' && failure?.code !== 'cancelled' ? 'bad' : 'neither';
}
