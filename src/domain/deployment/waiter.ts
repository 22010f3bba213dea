import type { Deployment } from './deployment.ts';

/** A deployment that waits for the slot of its service and environment. */
export interface Waiter {
  readonly service: string;
  readonly environment: string;
  readonly deploymentId: string;
  /** 0 is served first. */
  readonly priority: number;
  readonly since: string;
}

/** The one place in the queue that a run of a deployment can have; it follows from what never changes about the run. */
export function waiterOf(deployment: Deployment): Waiter {
  const { service, environment, id, createdAt, queuedAt = createdAt } = deployment;
  return { service, environment, deploymentId: id, priority: priorityOf(environment), since: queuedAt };
}

/** Rollback before production before staging before previews. */
export function priorityOf(environment: string): number {
  if (environment === 'production') return 1;
  return environment.startsWith('pr-') ? 3 : 2;
}
