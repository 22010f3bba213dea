import type { Deps } from '#runtime/deps.ts';
import type { ClientOptions } from './client-options.ts';

/** What functions work with, each by its name. */
export interface FunctionDeps {
  of(functionName: string): Deps;
  /** Its process is gone, and all that it had in memory. */
  forget(functionName: string): void;
}

/**
 * As on AWS, each function has clients of its own, made when it first runs, and they say whose they are.
 *
 * @param make dependencies that use clients with these options
 */
export function depsPerFunction(
  client: ClientOptions,
  make: (own: ClientOptions & { readonly userAgentAppId: string }) => Deps,
): FunctionDeps {
  const made = new Map<string, Deps>();
  return {
    of(functionName) {
      const deps = made.get(functionName) ?? make({ ...client, userAgentAppId: functionName });
      made.set(functionName, deps);
      return deps;
    },
    forget: (functionName) => void made.delete(functionName),
  };
}
