import { refuseLate } from '#domain/deployment/begin-step.ts';
import { decide } from '#domain/deployment/decision.ts';
import type { Deployment, DeploymentRecord, Release, Step } from '#domain/deployment/deployment.ts';
import { batchPercentOf, courseOf } from '#domain/deployment/release-course.ts';
import { refuseCancelled } from '#domain/deployment/refuse-cancelled.ts';
import { releasePlanOf } from '#domain/deployment/release-plan.ts';
import { failureOf } from '#domain/deployment/failure-of.ts';
import { Refusal } from '#domain/refusal.ts';
import type { Deps } from '#ports/deps.ts';
import { isTransient } from '#ports/transient.ts';
import type { Manifest } from '#schemas/service/manifest.ts';
import type { DeploymentTask } from '#schemas/workflows/deployment-task.ts';
import { commitDecision } from './commit-decision.ts';
import { momentOf } from './moment-of.ts';
import { closeStep } from './run-step.ts';

type ShiftDeps = Pick<Deps, 'deployments' | 'shifter' | 'clock' | 'digest'>;

export type ShiftAnswer =
  | { readonly state: 'released' }
  /** Ask again after this time. */
  | { readonly state: 'moving'; readonly waitSeconds: number };

/**
 * Brings a prepared version one look further on its way to all traffic: makes the next move when it is due, and ends the
 * step `release` when the last one is through. That traffic will move is on record before it moves, with the revision that
 * it moves from: whatever breaks in between, the next look finds out whether the move was made.
 *
 * @throws Refusal with the failure of the step when the version does not come up
 */
export async function shiftTraffic(deps: ShiftDeps, task: DeploymentTask): Promise<ShiftAnswer> {
  const record = await deps.deployments.load(task.deploymentId);
  if (!record) throw new Refusal('not_found', `There is no deployment ${task.deploymentId}.`);
  refuseLate(record.deployment, task.run);
  const underWay = releaseUnderWay(record, task);
  const { step } = underWay;
  if (step.status !== 'running') return { state: 'released' };

  try {
    return await look(deps, task, underWay);
  } catch (error) {
    // What another look may get past leaves the step as it is: that look goes on where this one was.
    if (!isTransient(error)) await closeStep(deps, step, { failure: { ...failureOf(error), step: 'release' } });
    throw error;
  }
}

interface UnderWay {
  readonly deployment: Deployment;
  readonly step: Step;
  readonly release: Release;
}

/** One look; a wish to end it is heard first. */
async function look(
  deps: ShiftDeps,
  task: DeploymentTask,
  { deployment, step, release }: UnderWay,
): Promise<ShiftAnswer> {
  refuseCancelled(deployment);
  const strategy = strategyNow(deployment);
  const nowMs = deps.clock.now().getTime();
  const status = release.move && (await statusOfMove(deps, deployment, release));
  const course = courseOf(release, strategy, status, nowMs);
  switch (course.kind) {
    case 'released':
      await closeStep(deps, step, { facts: [promoted(release, 100)] });
      return { state: 'released' };
    case 'wait':
      return { state: 'moving', waitSeconds: course.seconds };
    case 'failed':
      throw new Refusal(course.failure.code, course.failure.message);
    case 'move':
      await move(deps, deployment, release, course.percent);
      // A move that somebody else undid is made again, and looked at again later: two who fight must not do so in a circle.
      if (course.percent === release.move?.percent) return { state: 'moving', waitSeconds: 1 };
      // Lambda applies a move at once: what comes next need not wait for another round of the machine.
      return shiftTraffic(deps, task);
  }
}

function releaseUnderWay({ deployment, steps }: DeploymentRecord, { run }: DeploymentTask): UnderWay {
  const step = steps.findLast(({ name }) => name === 'release');
  const { release } = deployment;
  const goesOn = step?.run === run && (step.status === 'running' || step.status === 'succeeded');
  if (!release || !goesOn) throw new Refusal('conflict', `Deployment ${deployment.id} is not being released.`);
  return { deployment, step, release };
}

/** What came of the last move, which is made first when the look that recorded it was cut off. */
async function statusOfMove(deps: ShiftDeps, deployment: Deployment, release: Release) {
  const { target, move } = release;
  if (move && (await deps.shifter.revision(target)) === move.revision) await shift(deps, deployment, release);
  const { weights, ...status } = await deps.shifter.status(target);
  return { ...status, percent: weights.get(release.version) ?? 0 };
}

async function move(deps: ShiftDeps, seen: Deployment, { target }: Release, percent: number): Promise<void> {
  // Before the record: a rollback begins only after it and changes the revision, so that this look, when it was cut off
  // and goes on regardless, cannot move traffic behind its back.
  const revision = await deps.shifter.revision(target);
  const { deployment } = await commitDecision(deps, seen.id, ({ deployment: present }) => {
    refuseLate(present, seen.run);
    refuseCancelled(present);
    const { release } = present;
    if (present.status !== 'releasing' || !release) {
      const message = `Deployment ${seen.id} is ${present.status}; its traffic must not move any more.`;
      throw new Refusal('conflict', message);
    }
    const atMs = deps.clock.now().getTime();
    const decision = decide(
      present,
      {
        patch: { release: { ...release, trafficMoved: true, move: { percent, revision, atMs } } },
        // The last look at the fence before anything outside changes.
        writes: [{ kind: 'hold-slot', deployment: present }],
        facts: release.move && release.move.percent < percent ? [promoted(release, release.move.percent)] : [],
      },
      momentOf(deps, 'system:deployment'),
    );
    return { decision, value: undefined };
  });
  if (deployment.release) await shift(deps, deployment, deployment.release);
}

async function shift(deps: ShiftDeps, deployment: Deployment, release: Release): Promise<void> {
  const { target, version, baselineVersion, move: made } = release;
  if (!made) return;
  const strategy = strategyNow(deployment);
  const baseline = baselineVersion === undefined ? {} : { baseline: baselineVersion };
  const batchPercent = batchPercentOf(strategy);
  await deps.shifter.shift(target, { version, percent: made.percent, batchPercent, ...baseline }, made.revision);
}

/** What comes back has proved itself: it gets everything in one move, whatever it went out by. */
function strategyNow(deployment: Deployment): Manifest['strategy'] {
  return deployment.kind === 'rollback' ? { type: 'immediate' } : releasePlanOf(deployment).manifest.strategy;
}

function promoted({ version }: Release, weightPercent: number) {
  const data = { version, weightPercent, final: weightPercent === 100 };
  return { type: 'deployment.canary_promoted' as const, data };
}
