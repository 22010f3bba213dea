import type { Fact } from '#schemas/events/catalog.ts';
import type { DeploymentStatus, StepName } from '#schemas/workflows/status.ts';
import type { Moment } from '../moment.ts';
import { Refusal } from '../refusal.ts';
import { refuseCancelled } from './refuse-cancelled.ts';
import { decide, type Decision, type Write } from './decision.ts';
import type { Deployment, DeploymentRecord, Step } from './deployment.ts';
import { isBuildStage, stepCatalog } from './steps.ts';
import { isTerminal } from './transitions.ts';

export interface StepStart {
  readonly name: StepName;
  readonly run: number;
  /** Status the deployment has while this step runs, when the step changes it. */
  readonly status?: DeploymentStatus;
  readonly buildId?: string;
  /** The build is over: somebody else may have its runner. */
  readonly freesRunner?: boolean;
  /** What beginning it changes about the deployment. */
  readonly patch?: Pick<Deployment, 'builds' | 'approval'>;
  readonly writes?: readonly Write[];
  readonly facts?: readonly Fact[];
}

export type Beginning =
  | { readonly kind: 'begin'; readonly decision: Decision; readonly step: Step }
  /** The ledger holds a success that counts, or all that this build has to say: nothing is to be done. */
  | { readonly kind: 'kept'; readonly step: Step }
  /** The same build already said that this stage began. */
  | { readonly kind: 'running'; readonly step: Step };

/**
 * Begins an attempt of a step. An attempt still running belongs to a task that was cut off; it is closed as interrupted
 * in the same commit.
 *
 * @throws Refusal `conflict` when the deployment is over, or another run of it has taken over; `cancelled` when somebody
 *   wants it to end
 */
export function beginStep(record: DeploymentRecord, start: StepStart, moment: Moment): Beginning {
  const { deployment } = record;
  refuseLate(deployment, start.run);
  // What is not wanted any more goes nowhere but back.
  if (start.name !== 'rollback') refuseCancelled(deployment);
  const attempts = record.steps.filter((step) => step.name === start.name);
  const last = attempts.at(-1);
  // A build does a stage once. What it says of that stage again, or late, must not open another attempt.
  const told = start.buildId === undefined ? undefined : attempts.find((step) => isSameWork(step, start));
  if (told && told.status !== 'running' && isBuildStage(start.name)) return { kind: 'kept', step: told };
  if (last?.status === 'succeeded' && (stepCatalog[start.name].kept || isSameWork(last, start))) {
    return { kind: 'kept', step: last };
  }
  if (last?.status === 'running' && start.buildId !== undefined && last.buildId === start.buildId) {
    return { kind: 'running', step: last };
  }

  const step: Step = {
    deploymentId: deployment.id,
    name: start.name,
    run: start.run,
    attempt: attempts.length + 1,
    status: 'running',
    startedAt: moment.at,
    startedAtMs: moment.atMs,
    ...(start.buildId !== undefined && { buildId: start.buildId }),
  };
  const cutOff = last?.status === 'running' ? [interrupted(last, moment)] : [];
  const decision = decide(
    deployment,
    {
      ...(start.patch && { patch: start.patch }),
      ...(start.status && start.status !== deployment.status && { status: start.status }),
      writes: [
        { kind: 'hold-slot', deployment },
        ...(start.freesRunner ? [{ kind: 'free-runner' as const, deployment }] : []),
        ...[...cutOff, step].map((each): Write => ({ kind: 'put-step', step: each })),
        ...(start.writes ?? []),
      ],
      facts: [...[...cutOff, step].map(progressOf), ...(start.facts ?? [])],
    },
    moment,
  );
  return { kind: 'begin', decision, step };
}

/** A task that is asked twice in one run, or a build that says twice that a stage began. Another build does the stage anew. */
function isSameWork(step: Step, start: StepStart): boolean {
  return step.run === start.run && step.buildId === start.buildId;
}

/** Work for a deployment that is over, or for a run that another one replaced, must not go on. */
export function refuseLate(deployment: Deployment, run: number): void {
  if (isTerminal(deployment.status)) {
    throw new Refusal('conflict', `Deployment ${deployment.id} is ${deployment.status}; no step of it can begin.`);
  }
  if (deployment.run !== run) {
    throw new Refusal('conflict', `Run ${run} of ${deployment.id} is over; run ${deployment.run} has taken its place.`);
  }
}

export function interrupted(step: Step, moment: Moment): Step {
  return {
    ...step,
    status: 'interrupted',
    finishedAt: moment.at,
    durationMs: Math.max(0, moment.atMs - step.startedAtMs),
  };
}

/** The event that tells of a step's new status. */
export function progressOf(step: Step) {
  return {
    type: 'deployment.step_progress' as const,
    data: {
      step: step.name,
      attempt: step.attempt,
      status: step.status,
      ...(step.durationMs !== undefined && { durationMs: step.durationMs }),
      ...(step.failure && { failure: step.failure }),
      ...(step.cache && { cache: step.cache }),
      ...(step.retries && { retries: [...step.retries] }),
      ...(step.triedAgain !== undefined && { triedAgain: step.triedAgain }),
    },
  };
}
