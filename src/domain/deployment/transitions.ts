import type { DeploymentStatus } from '#schemas/workflows/status.ts';

/** Which status may follow which. The guard, the condition of the write and the diagram in the docs all read this table. */
export const transitions = {
  queued: ['running', 'cancelled', 'superseded', 'failed'],
  running: ['awaiting_approval', 'releasing', 'failed', 'cancelled', 'superseded'],
  awaiting_approval: ['releasing', 'failed', 'cancelled', 'superseded'],
  // Cancelled only while no traffic has moved: `cancelDeployment` looks at that.
  releasing: ['awaiting_decision', 'verifying', 'rolling_back', 'failed', 'cancelled'],
  awaiting_decision: ['releasing', 'rolling_back'],
  verifying: ['succeeded', 'rolling_back', 'failed'],
  succeeded: [],
  failed: ['queued'],
  cancelled: ['queued'],
  superseded: [],
  rolling_back: ['rolled_back', 'rollback_failed'],
  rolled_back: [],
  rollback_failed: [],
} as const satisfies Record<DeploymentStatus, readonly DeploymentStatus[]>;

/** Statuses in which nothing moves any more; `failed` and `cancelled` may still be retried. */
export const terminalStatuses = [
  'succeeded',
  'failed',
  'cancelled',
  'superseded',
  'rolled_back',
  'rollback_failed',
] as const satisfies readonly DeploymentStatus[];

export function isTerminal(status: DeploymentStatus): boolean {
  return (terminalStatuses as readonly DeploymentStatus[]).includes(status);
}

export function mayFollow(from: DeploymentStatus, to: DeploymentStatus): boolean {
  return (transitions[from] as readonly DeploymentStatus[]).includes(to);
}
