import { AsyncLocalStorage } from 'node:async_hooks';

/** An invocation of a function that runs in this process. */
export interface RunningInvocation {
  readonly functionName: string;
  readonly requestId: string;
  /** Ends it as a process that exits without a word; what it does from then on is nobody's. */
  exit(): void;
}

const scope = new AsyncLocalStorage<RunningInvocation>();

export function asInvocation<T>(invocation: RunningInvocation, work: () => T): T {
  return scope.run(invocation, work);
}

/** The invocation that the caller is part of, if any. */
export function runningInvocation(): RunningInvocation | undefined {
  return scope.getStore();
}

/** What a service does for a function is no part of it: nothing that it sets off ends with the function. */
export function outsideInvocation<T>(work: () => T): T {
  return scope.exit(work);
}
