import { runnerPlaceOf } from '#domain/runner-pool/runner-waiter.ts';
import { isTerminal } from '#domain/deployment/transitions.ts';
import { Refusal } from '#domain/refusal.ts';
import type { Deps } from '#ports/deps.ts';
import type { WaitingTask } from '#schemas/workflows/deployment-task.ts';

type RequestDeps = Pick<Deps, 'deployments' | 'runnerQueue' | 'workflows' | 'clock'>;

/** What the state's task results in. `ask`: something has changed, the function has to look again. */
export type RunnerAnswer = { readonly state: 'granted' | 'ask' | 'over' };

/**
 * Stands in line for a runner, for a state that waits with its token. A deployment that has one goes on at once: a build
 * after its fetch, or after a runner that was lost, uses the same. The state asks again by itself after a while, so a
 * wake-up that got lost costs that much at most.
 */
export async function requestRunner(deps: RequestDeps, task: WaitingTask): Promise<void> {
  const state = await standInLine(deps, task);
  if (state === 'waiting') return;
  const answer: RunnerAnswer = { state };
  await deps.workflows.wake(task.token, answer);
}

async function standInLine(deps: RequestDeps, { deploymentId, run, token }: WaitingTask) {
  const deployment = await deps.deployments.find(deploymentId);
  if (!deployment) throw new Refusal('not_found', `There is no deployment ${deploymentId}.`);
  if (deployment.run !== run || isTerminal(deployment.status)) return 'over';
  if (await deps.runnerQueue.holds(deploymentId)) return 'granted';
  const askedAtMs = deps.clock.now().getTime();
  return deps.runnerQueue.join({ ...runnerPlaceOf(deployment), askedAtMs, token }, run);
}
