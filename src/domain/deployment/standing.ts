import type { DeploymentStatus } from '#schemas/workflows/status.ts';

const ended: Partial<Record<DeploymentStatus, string>> = {
  succeeded: 'has succeeded',
  failed: 'has failed',
  cancelled: 'was cancelled',
  superseded: 'was superseded',
  rolled_back: 'was rolled back',
  rollback_failed: 'could not be rolled back',
};

/** A status as the end of a sentence that begins with the deployment: `is queued`, `has succeeded`. */
export function standing(status: DeploymentStatus): string {
  return ended[status] ?? `is ${status.replaceAll('_', ' ')}`;
}
