import type { Deployment } from './deployment.ts';

/** A deployment that waits for the slot of its service and environment. */
export interface Waiter {
  readonly service: string;
  readonly environment: string;
  readonly deploymentId: string;
  /** 0 is served first. */
  readonly priority: number;
  readonly since: string;
  /** Wakes the machine that waits. */
  readonly token?: string;
}

/** The one place in the queue that a run of a deployment can have; it follows from what never changes about the run. */
export function waiterOf(deployment: Deployment): Waiter {
  const { service, environment, id, createdAt, queuedAt = createdAt } = deployment;
  return { service, environment, deploymentId: id, priority: priorityOf(deployment), since: queuedAt };
}

/** Of rollbacks only: nothing else comes before what takes harm away. */
export const rollbackPriority = 0;

/** Rollback before production before staging before previews. */
export function priorityOf({ kind, environment }: Pick<Deployment, 'kind' | 'environment'>): number {
  if (kind === 'rollback') return rollbackPriority;
  if (environment === 'production') return 1;
  return environment.startsWith('pr-') ? 3 : 2;
}

/** Who asked for the slot, as far as the order of wishes goes. */
export type Wish = Pick<Waiter, 'deploymentId' | 'priority' | 'since'>;

/** Later in time. Within one millisecond a rollback counts as the later wish; between others the ids settle it, for all alike. */
export function isNewer(one: Wish, other: Wish): boolean {
  if (one.since !== other.since) return one.since > other.since;
  if (one.priority !== other.priority) return one.priority < other.priority;
  return one.deploymentId > other.deploymentId;
}

/**
 * Whether a wish makes an older one for the same slot pointless. The newest commit is what is wanted; only a rollback stands
 * until another rollback takes its place, since a commit that comes later is no reason to leave the harm where it is.
 */
export function replaces(one: Wish, other: Wish): boolean {
  return isNewer(one, other) && (other.priority !== rollbackPriority || one.priority === rollbackPriority);
}
