import { decide } from '#domain/deployment/decision.ts';
import { failureOf } from '#domain/deployment/failure-of.ts';
import type { Deployment } from '#domain/deployment/deployment.ts';
import { Refusal } from '#domain/refusal.ts';
import type { Deps } from '#ports/deps.ts';
import type { DeploymentTask } from '#schemas/workflows/deployment-task.ts';
import { commitDecision } from './commit-decision.ts';
import { momentOf } from './moment-of.ts';
import { runStep } from './run-step.ts';

type RollBackDeps = Pick<Deps, 'deployments' | 'shifter' | 'clock' | 'digest'>;

/** Gives all traffic back to the version that served before, and makes sure that it has it. */
export async function rollBackRelease(deps: RollBackDeps, task: DeploymentTask): Promise<void> {
  const { deploymentId, run } = task;
  await runStep(
    deps,
    deploymentId,
    { name: 'rollback', run },
    async (deployment) => {
      const { target, from, to, failure } = rollbackOf(deployment);
      // Also when the alias seems to be back already: a release that goes on after it was cut off must find it moved.
      await deps.shifter.promote(target, to, await deps.shifter.revision(target));
      const weights = await deps.shifter.status(target);
      if (weights.get(to) !== 100) throw new Refusal('step_failed', `Version ${to} did not get all traffic back.`);
      const durationMs = Math.max(0, deps.clock.now().getTime() - (deployment.startedAtMs ?? deployment.createdAtMs));
      return {
        value: undefined,
        status: 'rolled_back',
        facts: [{ type: 'deployment.rolled_back', data: { failure, fromVersion: from, toVersion: to, durationMs } }],
      };
    },
    () => undefined,
  );
}

/** The end of a rollback that cannot be had: a person has to look. */
export async function giveUpRollback(deps: RollBackDeps, task: DeploymentTask, error: unknown): Promise<void> {
  const failure = { ...failureOf(error), step: 'rollback', nextAction: 'Check the alias and its versions by hand.' };
  await commitDecision(deps, task.deploymentId, ({ deployment }) => ({
    decision:
      deployment.status === 'rolling_back'
        ? decide(
            deployment,
            {
              status: 'rollback_failed',
              patch: { failure },
              facts: [{ type: 'deployment.rollback_failed', data: { failure } }],
            },
            momentOf(deps, 'system:deployment'),
          )
        : undefined,
    value: undefined,
  }));
}

function rollbackOf({ id, release, failure }: Deployment) {
  const to = release?.baselineVersion;
  if (!release || to === undefined) throw new Refusal('conflict', `Deployment ${id} has no version to go back to.`);
  return {
    target: release.target,
    from: release.version,
    to,
    failure: failure ?? { code: 'internal_error' as const, message: 'The reason was not recorded.' },
  };
}
