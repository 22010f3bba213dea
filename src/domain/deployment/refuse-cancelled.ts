import type { Failure } from '#schemas/workflows/failure.ts';
import { Refusal } from '../refusal.ts';
import type { Deployment } from './deployment.ts';

/**
 * Stops work that somebody does not want any more.
 *
 * @throws Refusal `cancelled`
 */
export function refuseCancelled(deployment: Deployment): void {
  const { cancel } = deployment;
  if (cancel) throw new Refusal('cancelled', cancelledFailure(cancel).message);
}

/** A cancellation as the reason why a deployment ended. */
export function cancelledFailure({ by, reason }: NonNullable<Deployment['cancel']>): Failure {
  return { code: 'cancelled', message: `Cancelled by ${by}${reason === undefined ? '.' : `: ${reason}`}` };
}
