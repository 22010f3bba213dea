import type { RunnerPlace, RunnerWaiter } from '#domain/runner-pool/runner-waiter.ts';
import type { PoolScale } from '#domain/runner-pool/scale-pool.ts';

/** Everybody who has a runner or waits for one. Reads are strongly consistent. */
export interface RunnerQueue {
  /**
   * Stands in line. One that does already gets its new token.
   *
   * @returns `granted` when it has a runner by now, `over` when that run of the deployment has ended
   */
  join(waiter: RunnerWaiter, run: number): Promise<'waiting' | 'granted' | 'over'>;
  holds(deploymentId: string): Promise<boolean>;
  /** The token of a deployment that waits. */
  tokenOf(waiter: RunnerPlace): Promise<string | undefined>;
  anyoneWaits(): Promise<boolean>;
  read(): Promise<RunnerQueueState>;
  /**
   * Gives runners to waiters, all or none.
   *
   * @returns `conflict` when the pool is not any more as it was read: somebody else gave runners away, or a waiter left
   */
  grant(waiters: readonly RunnerWaiter[], seen: RunnerQueueState, at: string): Promise<'granted' | 'conflict'>;
  /** @returns `conflict` when somebody else has changed the pool */
  rescale(scale: PoolScale, seen: RunnerQueueState): Promise<'rescaled' | 'conflict'>;
  /** Takes a deployment out, whether it waits or has a runner. */
  remove(place: RunnerPlace): Promise<void>;
}

export interface RunnerQueueState {
  readonly holds: readonly (RunnerPlace & { readonly grantedAtMs: number })[];
  readonly waiters: readonly RunnerWaiter[];
  readonly scale: PoolScale;
  /** Changes with every grant. */
  readonly rev: number;
}

/** At most so many fit into one grant. */
export const mostGrants = 40;
