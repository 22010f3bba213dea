import type { Fact } from '#schemas/events/catalog.ts';
import type { Failure } from '#schemas/workflows/failure.ts';
import type { ReportSummary } from '#schemas/workflows/report-summary.ts';
import { type CacheNote, type RetryNote, retryLimit } from '#schemas/workflows/stage-notes.ts';
import type { DeploymentStatus } from '#schemas/workflows/status.ts';
import type { Moment } from '../moment.ts';
import { scrubData } from '../redaction/scrub-data.ts';
import { progressOf, refuseLate } from './begin-step.ts';
import { decide, type Decision, type Write } from './decision.ts';
import type { Deployment, DeploymentRecord, Step } from './deployment.ts';

export interface StepEnd {
  readonly step: Step;
  readonly failure?: Failure;
  readonly reports?: readonly ReportSummary[];
  readonly cache?: CacheNote;
  readonly retries?: readonly RetryNote[];
  /** What it failed at passes by itself, in words: whoever runs the step tries it again, within the limit. */
  readonly passing?: string;
  /** What the step found out about the deployment. */
  readonly patch?: Partial<
    Pick<Deployment, 'source' | 'manifest' | 'approvalRule' | 'identity' | 'artifact' | 'release' | 'builds'>
  >;
  readonly status?: DeploymentStatus;
  readonly writes?: readonly Write[];
  readonly facts?: readonly Fact[];
}

/**
 * Ends an attempt of a step, with what it changed, in one commit. `undefined` when that attempt has ended already:
 * the message came twice.
 */
export function endStep(record: DeploymentRecord, end: StepEnd, moment: Moment): Decision | undefined {
  const { deployment } = record;
  refuseLate(deployment, end.step.run);
  const present = record.steps.find((step) => step.name === end.step.name && step.attempt === end.step.attempt);
  if (present?.status !== 'running') return undefined;
  const ended: Step = {
    ...present,
    status: end.failure ? 'failed' : 'succeeded',
    finishedAt: moment.at,
    durationMs: Math.max(0, moment.atMs - present.startedAtMs),
    // Words of builds and services, that all who may read of the deployment will see.
    ...(end.failure && { failure: scrubData(end.failure) }),
    ...(end.reports && end.reports.length > 0 && { reports: scrubData(end.reports) }),
    ...(end.cache && { cache: end.cache }),
    ...(end.retries && end.retries.length > 0 && { retries: scrubData(end.retries) }),
    ...(end.passing !== undefined && isTriedAgain(record, present) && { triedAgain: end.passing }),
  };
  return decide(
    deployment,
    {
      ...(end.patch && { patch: end.patch }),
      ...(end.status && { status: end.status }),
      writes: [{ kind: 'put-step', step: ended }, ...(end.writes ?? [])],
      facts: [progressOf(ended), ...scrubData(end.facts ?? [])],
    },
    moment,
  );
}

/** The machine tries a state three times more, and then no more. */
function isTriedAgain({ steps }: DeploymentRecord, { name, run }: Step): boolean {
  return steps.filter((step) => step.name === name && step.run === run && step.triedAgain).length < retryLimit;
}
