import type { Deployment } from '../deployment/deployment.ts';
import { waiterOf } from '../deployment/waiter.ts';

/** A deployment whose next step needs a runner, and that has none. */
export interface RunnerWaiter {
  readonly deploymentId: string;
  readonly service: string;
  readonly environment: string;
  /** 0 is served first. */
  readonly priority: number;
  /** Since when its run stands in line, for the slot or for a runner: who waited there need not begin anew here. */
  readonly since: string;
  /** When it asked for a runner. */
  readonly askedAtMs: number;
  /** Wakes the machine that waits. */
  readonly token: string;
}

/** What of a waiter follows from the run of its deployment: the one place that it can have. */
export type RunnerPlace = Pick<RunnerWaiter, 'deploymentId' | 'service' | 'environment' | 'priority' | 'since'>;

export function runnerPlaceOf(deployment: Deployment): RunnerPlace {
  const { deploymentId, service, environment, priority, since } = waiterOf(deployment);
  return { deploymentId, service, environment, priority, since };
}

/** A deployment that has a runner, from before its build begins until the commit that follows the build. */
export interface RunnerHold {
  readonly deploymentId: string;
  readonly service: string;
}
