import type { CommandView, DeploymentSummary, DeploymentView, StepView } from '#schemas/api/deployment-view.ts';
import type { StatusView } from '#schemas/api/get-status.ts';
import type { Approval } from './approval.ts';
import type { Command } from './command.ts';
import type { Deployment, DeploymentRecord, Step } from './deployment.ts';
import { isTerminal } from './transitions.ts';

/** A deployment as lists show it. */
export function summaryOf(deployment: Deployment): DeploymentSummary {
  const { id, service, environment, commit, status, run, createdAt, startedAt, finishedAt, actor } = deployment;
  const { startedAtMs, finishedAtMs, source, release, failure, rolledBackBy } = deployment;
  return {
    id,
    service,
    environment,
    commit,
    status,
    run,
    createdAt,
    actor,
    ...(startedAt !== undefined && { startedAt }),
    ...(finishedAt !== undefined && { finishedAt }),
    ...(startedAtMs !== undefined &&
      finishedAtMs !== undefined && { durationMs: Math.max(0, finishedAtMs - startedAtMs) }),
    ...(source && { subject: source.subject }),
    ...(release && { version: release.version, url: release.target.url }),
    ...(release?.baselineVersion !== undefined && { baselineVersion: release.baselineVersion }),
    ...rollbackViewOf(deployment),
    ...(rolledBackBy !== undefined && { rolledBackBy }),
    ...(failure && { failure }),
  };
}

function rollbackViewOf({ rollbackOf, rollbackTo, rollbackReason }: Deployment): Pick<DeploymentSummary, 'rollback'> {
  if (rollbackOf === undefined || rollbackTo === undefined) return {};
  const reason = rollbackReason === undefined ? {} : { reason: rollbackReason };
  return { rollback: { of: rollbackOf, to: rollbackTo, ...reason } };
}

/** A deployment with all that is known of it. */
export function viewOf({ deployment, steps, commands = [] }: DeploymentRecord): DeploymentView {
  return {
    ...detailsOf(deployment),
    ...(commands.length > 0 && { commands: commands.map(commandViewOf) }),
    steps: steps.map(stepViewOf),
  };
}

function commandViewOf({ deploymentId: _id, number: _number, ...shown }: Command): CommandView {
  return shown;
}

/** A deployment with all that is known of it, except its steps. */
export function detailsOf(deployment: Deployment): Omit<DeploymentView, 'steps'> {
  const { correlationId, traceId, source, artifact, supersededBy, cancel, approval } = deployment;
  return {
    ...summaryOf(deployment),
    correlationId,
    traceId,
    ...(source && { tree: source.tree, author: source.author }),
    ...(deployment.archived && { archived: true }),
    ...(artifact && { artifact: { digest: artifact.digest, sizeBytes: artifact.sizeBytes, key: artifact.key } }),
    ...(supersededBy !== undefined && { supersededBy }),
    ...(cancel && { cancel: { ...cancel } }),
    ...(approval && { approval: approvalViewOf(approval) }),
  };
}

/** Addresses of people are for deciding, not for showing. */
function approvalViewOf(approval: Approval): NonNullable<DeploymentView['approval']> {
  const { run: _run, expiresAtMs: _ms, votes, groups, ...shown } = approval;
  return { ...shown, groups: [...groups], votes: votes.map(({ email: _email, ...vote }) => vote) };
}

export function stepViewOf(step: Step): StepView {
  const { deploymentId: _id, startedAtMs: _ms, buildId: _build, reports, retries, ...shown } = step;
  return {
    ...shown,
    ...(reports && { reports: [...reports] }),
    ...(retries && { retries: [...retries] }),
  };
}

/** The little that polling needs. */
export function statusOf({ deployment, steps }: DeploymentRecord): StatusView {
  const { id, status, updatedAt, release, failure } = deployment;
  return {
    id,
    status,
    terminal: isTerminal(status),
    updatedAt,
    ...(release && { url: release.target.url, version: release.version }),
    ...(failure && { failure }),
    steps: steps.map(stepViewOf),
  };
}
