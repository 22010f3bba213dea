import type { Deployment } from '#domain/deployment/deployment.ts';
import { retryDeployment as decideRetry } from '#domain/deployment/retry.ts';
import { Refusal } from '#domain/refusal.ts';
import type { Deps } from '#ports/deps.ts';
import type { Caller } from './caller.ts';
import { commitDecision } from './commit-decision.ts';
import { momentOf } from './moment-of.ts';
import { ownedDeployment } from './owned-deployment.ts';

type RetryDeps = Pick<Deps, 'deployments' | 'services' | 'clock' | 'digest'>;

/**
 * Starts the next run of a deployment that failed or was cancelled. One that is on its way is answered as it is.
 *
 * @throws Refusal `not_found`, `permission_denied`, or `conflict` when it cannot be retried, or its commit is on its way
 *   to the same environment with another deployment
 */
export async function retryDeployment(
  deps: RetryDeps,
  deploymentId: string,
  caller: Caller,
): Promise<{ readonly deployment: Deployment; readonly retried: boolean }> {
  await ownedDeployment(deps, deploymentId, caller);
  const trigger = caller.email === undefined ? {} : { email: caller.email };
  const { value, deployment } = await commitDecision(deps, deploymentId, async (record) => {
    const retrial = decideRetry(record.deployment, trigger, momentOf(deps, caller.subject));
    if (retrial.kind === 'known') return { value: false };
    await refuseTwin(deps, record.deployment);
    return { value: true, decision: retrial.decision };
  });
  return { deployment, retried: value };
}

async function refuseTwin({ deployments }: RetryDeps, { id, service, environment, commit }: Deployment): Promise<void> {
  const other = await deployments.findInProgress(service, environment, commit);
  if (other === undefined || other === id) return;
  throw new Refusal('conflict', `The same commit is on its way to ${environment} already, as ${other}.`);
}
