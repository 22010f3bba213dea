import { decide } from '#domain/deployment/decision.ts';
import { failureOf } from '#domain/deployment/failure-of.ts';
import type { Deployment, Move } from '#domain/deployment/deployment.ts';
import { Refusal } from '#domain/refusal.ts';
import type { TargetRef } from '#domain/service/service.ts';
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
      await moveBack(deps, deployment, target, to);
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

/** Less than the function may run, and than those that take over for a machine that is gone. */
const mostWaitSeconds = 240;
/** Longer than this, the tasks of the version before do not come up any more. */
const mostBackSeconds = 1_800;

/**
 * Moves all traffic back, and waits until it is there: a function's alias is at once, the tasks of a container have to start.
 * The move is recorded with the revision that it moves from, so that whoever goes on with a rollback that was cut off
 * makes it once and not again and again. It is made also when the version seems to serve already: a release that goes on
 * after it was cut off must find the traffic moved.
 *
 * @throws Refusal, transient, while the tasks are still coming up
 */
async function moveBack(deps: RollBackDeps, deployment: Deployment, target: TargetRef, version: string): Promise<void> {
  const { shifter, clock } = deps;
  const untilMs = clock.now().getTime() + mostWaitSeconds * 1000;
  let back = deployment.release?.back;
  for (let undone = 0; ;) {
    back ??= await recordBack(deps, deployment.id, await shifter.revision(target));
    if ((await shifter.revision(target)) === back.revision) {
      await shifter.shift(target, { version, percent: 100 }, back.revision);
    }
    const { weights, settled, problem } = await shifter.status(target);
    const isBack = weights.get(version) === 100;
    const nowMs = clock.now().getTime();
    if (settled && isBack) return;
    if (settled && undone++ < 3) {
      // Somebody else moved it since.
      back = undefined;
      continue;
    }
    if (settled || problem !== undefined || nowMs - back.atMs > mostBackSeconds * 1000) {
      const reason = problem === undefined ? '' : `: ${problem}`;
      throw new Refusal('step_failed', `Version ${version} did not get all traffic back${reason}.`);
    }
    if (nowMs > untilMs) {
      throw new Refusal('unavailable', `Version ${version} is still coming up.`, { transient: true });
    }
    await clock.sleep(2_000);
  }
}

async function recordBack(deps: RollBackDeps, id: string, revision: string): Promise<Move> {
  const { value } = await commitDecision(deps, id, ({ deployment }) => {
    const { release } = deployment;
    if (!release || deployment.status !== 'rolling_back') {
      throw new Refusal('conflict', `Deployment ${id} is ${deployment.status}; it is not being rolled back.`);
    }
    const back = { percent: 100, revision, atMs: deps.clock.now().getTime() };
    const decision = decide(
      deployment,
      { patch: { release: { ...release, back } } },
      momentOf(deps, 'system:deployment'),
    );
    return { value: back, decision };
  });
  return value;
}

/** The end of a rollback that cannot be had: a person has to look. */
export async function giveUpRollback(deps: RollBackDeps, task: DeploymentTask, error: unknown): Promise<void> {
  const failure = {
    ...failureOf(error),
    step: 'rollback',
    logTail: [],
    nextAction: 'Look at the target and its versions by hand, and move the traffic there.',
  };
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
