import type { Moment } from '../moment.ts';
import { decide, type Decision } from './decision.ts';
import type { Deployment } from './deployment.ts';
import { isTerminal } from './transitions.ts';
import { replaces, waiterOf, type Waiter, type Wish } from './waiter.ts';

/** The slot of a service and environment: at most one deployment runs in it at a time. */
export interface Slot {
  readonly owner?: string;
  /** The last deployment that took the slot, whether or not it still holds it, and when it was asked for. */
  readonly last?: Wish;
  /** Grows with every change of hands; a step started under an old fence is refused. */
  readonly fence: number;
  readonly waiters: readonly Waiter[];
}

export type Admission =
  | { readonly kind: 'admit'; readonly decision: Decision }
  | { readonly kind: 'admitted' }
  | { readonly kind: 'queue'; readonly decision: Decision; readonly place: number }
  | { readonly kind: 'supersede'; readonly decision: Decision; readonly by: string }
  | { readonly kind: 'over' };

/**
 * Whether this deployment may start now. Of those that ask for the same slot only the newest is still wanted: one that has
 * not started steps aside for a newer waiter, and for a newer one that has had the slot already, since going out after it
 * would take the environment back in time.
 */
export function admit(deployment: Deployment, slot: Slot, moment: Moment, token?: string): Admission {
  if (isTerminal(deployment.status)) return { kind: 'over' };
  if (slot.owner === deployment.id) return { kind: 'admitted' };

  const own = waiterOf(deployment);
  const queued = slot.waiters.some((waiter) => waiter.deploymentId === deployment.id);
  const leave = queued ? [{ kind: 'leave-queue' as const, waiter: own }] : [];
  const ahead = slot.waiters.filter((waiter) => waiter.priority < own.priority);
  const newer = [...slot.waiters, ...(slot.last ? [slot.last] : [])].find((other) => replaces(other, own));

  if (newer) {
    const by = newer.deploymentId;
    return {
      kind: 'supersede',
      by,
      decision: decide(
        deployment,
        {
          status: 'superseded',
          patch: { supersededBy: by },
          facts: [{ type: 'deployment.superseded', data: { by } }],
        },
        moment,
      ),
    };
  }
  if (slot.owner === undefined && ahead.length === 0) {
    const fence = slot.fence + 1;
    return {
      kind: 'admit',
      decision: decide(
        deployment,
        {
          status: 'running',
          patch: { fence, startedAt: moment.at, startedAtMs: moment.atMs },
          writes: [{ kind: 'take-slot', deployment, fence }, ...leave],
          facts: [
            {
              type: 'deployment.started',
              data: {
                commit: deployment.commit,
                run: deployment.run,
                queueWaitMs: Math.max(0, moment.atMs - (deployment.queuedAtMs ?? deployment.createdAtMs)),
              },
            },
          ],
        },
        moment,
      ),
    };
  }
  const seen = { fence: slot.fence, ...(slot.owner !== undefined && { owner: slot.owner }) };
  // Asked again, it has another token.
  const waiter = token === undefined ? own : { ...own, token };
  return {
    kind: 'queue',
    place: ahead.length + 1,
    decision: decide(
      deployment,
      {
        writes: [
          { kind: 'join-queue', waiter },
          { kind: 'see-slot', deployment, ...seen },
        ],
      },
      moment,
    ),
  };
}
