import type { HostClock } from '../../clock.ts';
import type { Environment, EnvironmentEvents } from './environment.ts';
import { tooManyRequests } from './faults.ts';
import { createIdleEnvironments } from './idle-environments.ts';
import { failure, type InvocationRequest, type Outcome } from './outcome.ts';

/** The environments of one version. */
export interface Pool {
  /** @throws ServiceFault `TooManyRequestsException` when too many requests wait already */
  run(request: InvocationRequest): Promise<Outcome>;
  /** Starts an environment ahead of the first request. */
  warm(): void;
  /** No longer wanted: what is under way and waiting is served, idle environments are ended. */
  retire(): void;
  /** Ends everything at once. */
  close(): void;
  /** Resolves when the pool is retired or closed and its last environment is gone. */
  readonly gone: Promise<void>;
}

interface PoolOptions {
  /** What must be there before a process can start; answers how to start one. */
  readonly prepare: () => Promise<(events: EnvironmentEvents) => Environment>;
  readonly clock: HostClock;
  /** 0: nothing is ever started, and every request is throttled. */
  readonly limit: number;
  /** An environment that was idle for so long is ended, unless it is the last one and `keepWarm()`. */
  readonly idleMs: number;
  readonly keepWarm: () => boolean;
}

interface Waiter {
  readonly request: InvocationRequest;
  readonly resolve: (outcome: Outcome) => void;
}

const MOST_WAITING = 1_000;

export function createPool(options: PoolOptions): Pool {
  const { promise: gone, resolve: setGone } = Promise.withResolvers<void>();
  const waiting: Waiter[] = [];
  const all = new Set<Environment>();
  const idle = createIdleEnvironments(options.clock, options.idleMs, () => all.size > 1 || !options.keepWarm());
  let starting = 0;
  let state: 'open' | 'retired' | 'closed' = 'open';

  const serve = (environment: Environment, waiter: Waiter): void => {
    void environment.invoke(waiter.request).then(waiter.resolve);
  };
  const failWaiting = (why: (requestId: string) => Outcome): void => {
    for (const waiter of waiting.splice(0)) waiter.resolve(why(waiter.request.requestId));
  };
  const settleGone = (): void => {
    if (state !== 'open' && all.size === 0 && starting === 0 && waiting.length === 0) setGone();
  };
  const growIfNeeded = (): void => {
    // One start at a time: a burst of short requests is served sooner by what is there than by ten cold starts at once.
    if (waiting.length > 0 && starting === 0 && all.size < options.limit) void grow();
    else settleGone();
  };
  const becameIdle = (environment: Environment): void => {
    const next = waiting.shift();
    if (next) serve(environment, next);
    else if (state === 'open') idle.add(environment);
    else environment.end();
    growIfNeeded();
  };

  const grow = async (): Promise<void> => {
    starting++;
    try {
      start(await options.prepare());
    } catch (error) {
      starting--;
      const message = error instanceof Error ? error.message : String(error);
      notStarted(() => failure('Runtime.StartError', message));
    }
  };
  const start = (startProcess: (events: EnvironmentEvents) => Environment): void => {
    let isStarting = true;
    const startIsOver = (): void => {
      if (isStarting) starting--;
      isStarting = false;
    };
    const environment = startProcess({
      idle() {
        startIsOver();
        becameIdle(environment);
      },
      ended(whyNotStarted) {
        startIsOver();
        all.delete(environment);
        idle.drop(environment);
        if (whyNotStarted) notStarted(whyNotStarted);
        else growIfNeeded();
      },
    });
    all.add(environment);
    if (state === 'closed') environment.end();
  };
  const notStarted = (why: (requestId: string) => Outcome): void => {
    // With nothing else running, a start that failed is the answer to all that wait; trying again for each would only
    // make them wait for the same failure. With others running, those serve, and the next request tries again.
    if (all.size === 0) failWaiting(why);
    settleGone();
  };

  return {
    gone,
    run(request) {
      if (options.limit === 0 || waiting.length >= MOST_WAITING)
        return Promise.reject(tooManyRequests('Rate Exceeded.'));
      return new Promise((resolve) => {
        const free = idle.take();
        if (free) return serve(free, { request, resolve });
        waiting.push({ request, resolve });
        return growIfNeeded();
      });
    },
    warm() {
      if (options.limit > 0 && state === 'open' && all.size === 0 && starting === 0) void grow();
    },
    retire() {
      state = 'retired';
      for (const environment of idle.clear()) environment.end();
      settleGone();
    },
    close() {
      state = 'closed';
      failWaiting(() => failure('Runtime.StartError', 'The host is shutting down.'));
      idle.clear();
      for (const environment of all) environment.end();
      settleGone();
    },
  };
}
