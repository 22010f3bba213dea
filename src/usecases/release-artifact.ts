import { decide } from '#domain/deployment/decision.ts';
import type { Deployment, Release } from '#domain/deployment/deployment.ts';
import { refuseLate } from '#domain/deployment/begin-step.ts';
import { releasePlanOf } from '#domain/deployment/release-plan.ts';
import { Refusal } from '#domain/refusal.ts';
import type { TargetRef } from '#domain/service/service.ts';
import { isSameFunction } from '#domain/service/same-function.ts';
import type { Deps } from '#ports/deps.ts';
import type { DeploymentTask } from '#schemas/workflows/deployment-task.ts';
import { commitDecision } from './commit-decision.ts';
import { momentOf } from './moment-of.ts';
import { runStep } from './run-step.ts';
import { targetOf } from './target-of.ts';
import { verifyArtifact } from './verify-artifact.ts';

type ReleaseDeps = Pick<Deps, 'deployments' | 'services' | 'blobs' | 'signer' | 'shifter' | 'clock' | 'digest'>;

/**
 * Strategy `immediate`: checks the artifact, makes a version of it and gives it all traffic at once. That traffic will
 * move is on record before it moves, so that whatever breaks in between ends in a rollback and not in doubt.
 */
export async function releaseArtifact(deps: ReleaseDeps, task: DeploymentTask): Promise<void> {
  const start = { name: 'release', run: task.run, status: 'releasing' } as const;
  await runStep(
    deps,
    task.deploymentId,
    start,
    async (deployment) => {
      const { manifest, artifact, variables } = releasePlanOf(deployment);
      // A later attempt goes where an earlier one may have moved traffic, whatever is registered meanwhile.
      const target = deployment.release?.target ?? (await targetOf(deps, deployment));
      await verifyArtifact(deps, deployment, artifact);
      const version = await deps.shifter.prepare(target, {
        artifactKey: artifact.key,
        artifactDigest: artifact.digest,
        handler: manifest.target.handler,
        runtime: manifest.target.runtime,
        memoryMb: manifest.target.memoryMb,
        timeoutSeconds: manifest.target.timeoutSeconds,
        variables,
        description: `${deployment.commit.slice(0, 12)} by ${deployment.id}`,
      });
      // Before the record: a rollback begins only after it and changes the revision, so that this task, when it was cut
      // off and goes on regardless, cannot move traffic behind its back.
      const revision = await deps.shifter.revision(target);
      await recordMove(deps, deployment, { version, target, trafficMoved: true });
      await deps.shifter.promote(target, version, revision);
      return {
        value: undefined,
        facts: [{ type: 'deployment.canary_promoted', data: { version, weightPercent: 100, final: true } }],
      };
    },
    () => undefined,
  );
}

async function recordMove(deps: ReleaseDeps, seen: Deployment, release: Release): Promise<void> {
  const baseline = await baselineOf(deps, seen, release.target);
  await commitDecision(deps, seen.id, ({ deployment }) => {
    refuseLate(deployment, seen.run);
    if (deployment.status !== 'releasing') {
      throw new Refusal(
        'conflict',
        `Deployment ${seen.id} is ${deployment.status}; its traffic must not move any more.`,
      );
    }
    return {
      decision: decide(
        deployment,
        {
          patch: { release: { ...release, ...baseline } },
          // The last look at the fence before anything outside changes.
          writes: [{ kind: 'hold-slot', deployment }],
        },
        momentOf(deps, 'system:deployment'),
      ),
      value: undefined,
    };
  });
}

/** What to go back to. The number of a version of another function would name some other code, or none. */
async function baselineOf(deps: ReleaseDeps, { service, environment }: Deployment, target: TargetRef) {
  const { current } = await deps.deployments.environment(service, environment);
  return current && isSameFunction(current.target, target) ? { baselineVersion: current.version } : {};
}
