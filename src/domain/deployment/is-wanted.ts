import type { Deployment } from './deployment.ts';
import { isTerminal } from './transitions.ts';

/**
 * Whether anything may still work for this run: it is not over, and no later one has taken its place. Work that does not
 * say its run is given the benefit of the doubt.
 */
export function isWanted(deployment: Pick<Deployment, 'run' | 'status'>, run: number | undefined): boolean {
  return (run ?? deployment.run) === deployment.run && !isTerminal(deployment.status);
}
