import type { Deployment, Release } from '#domain/deployment/deployment.ts';
import { decide } from '#domain/deployment/decision.ts';
import { refuseLate } from '#domain/deployment/begin-step.ts';
import { newVersionOf } from '#domain/deployment/new-version.ts';
import { refuseUnapproved } from '#domain/deployment/request-approval.ts';
import { releasePlanOf } from '#domain/deployment/release-plan.ts';
import { isSameTarget } from '#domain/service/same-target.ts';
import type { TargetRef } from '#domain/service/service.ts';
import type { Deps } from '#ports/deps.ts';
import type { DeploymentTask } from '#schemas/workflows/deployment-task.ts';
import { commitDecision } from './commit-decision.ts';
import { momentOf } from './moment-of.ts';
import { failedEnd } from './failed-end.ts';
import { closeStep, openStep } from './run-step.ts';
import { targetOf } from './target-of.ts';
import { verifyArtifact } from './verify-artifact.ts';

export type PrepareDeps = Pick<
  Deps,
  'artifacts' | 'deployments' | 'services' | 'blobs' | 'images' | 'signer' | 'shifter' | 'clock' | 'digest'
>;

/** The version of a target that is to get the traffic of a deployment. */
export type VersionFor = (deployment: Deployment, target: TargetRef) => Promise<string>;

/**
 * Begins the step `release`: checks the artifact and makes a version of it, which has no traffic yet. The step goes on in
 * `shiftTraffic`.
 *
 * @param versionFor how it gets its version; a rollback may find one that is there already
 * @throws Refusal `artifact_verification_failed`, or what the target's adapter refuses
 */
export async function prepareRelease(
  deps: PrepareDeps,
  task: DeploymentTask,
  versionFor: VersionFor = (deployment, target) => deps.shifter.prepare(target, newVersionOf(deployment)),
): Promise<void> {
  const start = { name: 'release', run: task.run, status: 'releasing' } as const;
  const { kind, step, deployment } = await openStep(deps, task.deploymentId, start);
  // The whole step is behind us: the machine asks again after an answer that got lost.
  if (kind === 'kept') return;
  try {
    const { artifact } = releasePlanOf(deployment);
    refuseUnapproved(deployment);
    // A later attempt goes where an earlier one may have moved traffic, whatever is registered meanwhile.
    const target = deployment.release?.target ?? (await targetOf(deps, deployment));
    await verifyArtifact(deps, deployment, artifact);
    const version = await versionFor(deployment, target);
    await record(deps, deployment, {
      target,
      version,
      trafficMoved: deployment.release?.trafficMoved ?? false,
      ...(await baselineOf(deps, deployment, target)),
    });
  } catch (error) {
    await closeStep(deps, step, failedEnd(error, 'release'));
    throw error;
  }
}

async function record(deps: PrepareDeps, seen: Deployment, release: Release): Promise<void> {
  await commitDecision(deps, seen.id, ({ deployment }) => {
    refuseLate(deployment, seen.run);
    const decision = decide(deployment, { patch: { release } }, momentOf(deps, 'system:deployment'));
    return { decision, value: undefined };
  });
}

/** What to go back to. The name of a version of another target would name some other code, or none. */
async function baselineOf(deps: PrepareDeps, { service, environment }: Deployment, target: TargetRef) {
  const { current } = await deps.deployments.environment(service, environment);
  return current && isSameTarget(current.target, target) ? { baselineVersion: current.version } : {};
}
