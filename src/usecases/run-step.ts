import { beginStep, type StepStart } from '#domain/deployment/begin-step.ts';
import type { Deployment, DeploymentRecord, Step } from '#domain/deployment/deployment.ts';
import { endStep, type StepEnd } from '#domain/deployment/end-step.ts';
import { Refusal } from '#domain/refusal.ts';
import type { Deps } from '#ports/deps.ts';
import { commitDecision } from './commit-decision.ts';
import { failedEnd } from './failed-end.ts';
import { momentOf } from './moment-of.ts';

type StepDeps = Pick<Deps, 'deployments' | 'clock' | 'digest'>;
/** What the work of a step comes to; with a `failure` the step is recorded as failed and its refusal thrown. */
type Result<T> = { readonly value: T } & Omit<StepEnd, 'step'>;

const actor = 'system:deployment';

/**
 * Runs one step of a deployment: its beginning and its end are commits around the work. A step that the ledger keeps is
 * not run again; then `kept` gives the answer from the record.
 *
 * @throws what the work throws, after the step has been recorded as failed
 */
export async function runStep<T>(
  deps: StepDeps,
  deploymentId: string,
  start: StepStart,
  work: (deployment: Deployment) => Promise<Result<T>>,
  kept: (deployment: Deployment) => T,
): Promise<T> {
  const begun = await openStep(deps, deploymentId, start);
  if (begun.kind === 'kept') return kept(begun.deployment);
  const { value, ...end } = await attempt(deps, begun.step, () => work(begun.deployment));
  await closeStep(deps, begun.step, end);
  if (end.failure) throw new Refusal(end.failure.code, end.failure.message);
  return value;
}

async function attempt<T>(deps: StepDeps, step: Step, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    await closeStep(deps, step, failedEnd(error, step.name));
    throw error;
  }
}

/** Commits the beginning of a step. */
export async function openStep(
  deps: StepDeps,
  deploymentId: string,
  start: StepStart,
): Promise<{ readonly kind: 'begin' | 'kept' | 'running'; readonly step: Step; readonly deployment: Deployment }> {
  const { value, deployment } = await commitDecision(deps, deploymentId, (record: DeploymentRecord) => {
    const beginning = beginStep(record, start, momentOf(deps, actor));
    return { value: beginning, decision: beginning.kind === 'begin' ? beginning.decision : undefined };
  });
  return { kind: value.kind, step: value.step, deployment };
}

/** Commits the end of a step, with what it changed. A step that has ended already stays as it is. */
export async function closeStep(deps: StepDeps, step: Step, end: Omit<StepEnd, 'step'>): Promise<Deployment> {
  const { deployment } = await commitDecision(deps, step.deploymentId, (record) => ({
    decision: endStep(record, { step, ...end }, momentOf(deps, actor)),
    value: undefined,
  }));
  return deployment;
}
