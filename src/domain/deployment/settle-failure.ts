import type { Failure } from '#schemas/workflows/failure.ts';
import type { Moment } from '../moment.ts';
import { cancelledFailure } from './refuse-cancelled.ts';
import { closeSteps } from './close-steps.ts';
import { decide, type Decision } from './decision.ts';
import type { DeploymentRecord, Release } from './deployment.ts';
import { isTerminal } from './transitions.ts';
import { wholeFailure } from './whole-failure.ts';

export type Settlement =
  | { readonly kind: 'failed'; readonly decision: Decision }
  /** Traffic may be on the new version and there is one to go back to. */
  | { readonly kind: 'roll_back'; readonly decision?: Decision }
  | { readonly kind: 'settled' };

/** What becomes of a deployment whose machine could not go on. The one place that decides on taking a release back. */
export function settleFailure(record: DeploymentRecord, reason: Failure, moment: Moment): Settlement {
  const { deployment } = record;
  const cause = deployment.cancel ? cancelledFailure(deployment.cancel) : reason;
  const failure = wholeFailure(withWhatServes(cause, deployment.release), record);
  if (isTerminal(deployment.status)) return { kind: 'settled' };
  if (deployment.status === 'rolling_back') return { kind: 'roll_back' };

  const closing = closeSteps(record, moment);
  const { release } = deployment;
  if (release?.trafficMoved && release.baselineVersion !== undefined) {
    return {
      kind: 'roll_back',
      decision: decide(deployment, { status: 'rolling_back', patch: { failure }, ...closing }, moment),
    };
  }
  const durationMs = Math.max(0, moment.atMs - (deployment.startedAtMs ?? deployment.createdAtMs));
  return {
    kind: 'failed',
    decision: decide(
      deployment,
      {
        status: 'failed',
        patch: { failure },
        writes: closing.writes,
        facts: [...closing.facts, { type: 'deployment.failed', data: { failure, durationMs } }],
      },
      moment,
    ),
  };
}

/** Whoever reads of a failed release asks first what serves now. */
function withWhatServes(failure: Failure, release: Release | undefined): Failure {
  if (!release?.trafficMoved) return failure;
  const { version, baselineVersion } = release;
  const nextAction =
    baselineVersion === undefined
      ? `There was no earlier release to go back to: version ${version} has the traffic until another one is released.`
      : `Version ${baselineVersion}, which served before, gets all traffic back.`;
  return { ...failure, nextAction };
}
