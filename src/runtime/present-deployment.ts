import { AsyncLocalStorage } from 'node:async_hooks';

const scope = new AsyncLocalStorage<string>();

/** Runs the work of one deployment; sessions that are opened meanwhile bear its id. */
export function whileAbout<T>(deploymentId: unknown, work: () => Promise<T>): Promise<T> {
  return typeof deploymentId === 'string' ? scope.run(deploymentId, work) : work();
}

/** The deployment that the running task is about, where its input says so. */
export function presentDeployment(): string | undefined {
  return scope.getStore();
}
