import type { DeploymentRecord } from '#domain/deployment/deployment.ts';
import { waiterOf } from '#domain/deployment/waiter.ts';
import { placeInQueue } from '#domain/runner-pool/grant-runners.ts';
import { runnerPlaceOf } from '#domain/runner-pool/runner-waiter.ts';
import type { Deps } from '#ports/deps.ts';
import type { QueueView } from '#schemas/api/queue-view.ts';

type QueueDeps = Pick<Deps, 'deployments' | 'runnerQueue'>;

/** What a deployment waits for, when other deployments have it. One that works or is over costs no read. */
export async function queuePlace(deps: QueueDeps, record: DeploymentRecord): Promise<QueueView | undefined> {
  const { deployment, steps } = record;
  if (deployment.status === 'queued') return forEnvironment(deps, record);
  const mayNeedRunner = deployment.status === 'running' && deployment.artifact === undefined;
  const builds = steps.some(({ name, status }) => name !== 'source' && status === 'running');
  return mayNeedRunner && !builds ? forRunner(deps, record) : undefined;
}

async function forEnvironment({ deployments }: QueueDeps, { deployment }: DeploymentRecord): Promise<QueueView> {
  const own = waiterOf(deployment);
  const { owner, waiters } = await deployments.slot(deployment.service, deployment.environment);
  const ahead = waiters.filter((waiter) => waiter.priority < own.priority).length;
  return {
    for: 'environment',
    place: ahead + 1,
    since: own.since,
    ...(owner !== undefined && owner !== deployment.id && { behind: owner }),
  };
}

async function forRunner({ runnerQueue }: QueueDeps, { deployment }: DeploymentRecord): Promise<QueueView | undefined> {
  const own = runnerPlaceOf(deployment);
  if ((await runnerQueue.tokenOf(own)) === undefined) return undefined;
  const { holds, waiters } = await runnerQueue.read();
  const place = placeInQueue({ limit: 0, holds, waiters }, deployment.id);
  const asked = waiters.find(({ deploymentId }) => deploymentId === deployment.id);
  // Got one between the two reads.
  if (place === undefined || !asked) return undefined;
  return { for: 'runner', place, since: new Date(asked.askedAtMs).toISOString() };
}
