import type { HostClock } from '../../clock.ts';
import type { Environment } from './environment.ts';

/** Environments without work. Requests take the one used last, so that the surplus grows old and goes. */
export interface IdleEnvironments {
  add(environment: Environment): void;
  take(): Environment | undefined;
  /** Forgets one that ended by itself. */
  drop(environment: Environment): void;
  /** Forgets all and answers them. */
  clear(): Environment[];
}

/** @param maySpare whether one that was idle for `idleMs` may end now; asked again after as long */
export function createIdleEnvironments(clock: HostClock, idleMs: number, maySpare: () => boolean): IdleEnvironments {
  const timers = new Map<Environment, () => void>();
  const take = (environment: Environment | undefined): Environment | undefined => {
    if (environment === undefined) return undefined;
    timers.get(environment)?.();
    timers.delete(environment);
    return environment;
  };
  const arm = (environment: Environment): void => {
    timers.set(
      environment,
      clock.after(idleMs, () => {
        if (maySpare()) take(environment)?.end();
        else arm(environment);
      }),
    );
  };
  return {
    add: arm,
    take: () => take([...timers.keys()].at(-1)),
    drop: (environment) => void take(environment),
    clear: () => [...timers.keys()].flatMap((environment) => take(environment) ?? []),
  };
}
