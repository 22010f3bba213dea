import { decide } from '#domain/deployment/decision.ts';
import type { Deployment, Release } from '#domain/deployment/deployment.ts';
import { releasePlanOf } from '#domain/deployment/release-plan.ts';
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
      const target = await targetOf(deps, deployment);
      await verifyArtifact(deps, deployment.service, artifact);
      const version = await deps.shifter.prepare(target, {
        artifactKey: artifact.key,
        handler: manifest.target.handler,
        runtime: manifest.target.runtime,
        memoryMb: manifest.target.memoryMb,
        timeoutSeconds: manifest.target.timeoutSeconds,
        variables,
        description: `${deployment.commit.slice(0, 12)} by ${deployment.id}`,
      });
      await recordMove(deps, deployment, { version, url: target.url, trafficMoved: true });
      await deps.shifter.promote(target, version);
      return {
        value: undefined,
        facts: [{ type: 'deployment.canary_promoted', data: { version, weightPercent: 100, final: true } }],
      };
    },
    () => undefined,
  );
}

async function recordMove(deps: ReleaseDeps, deployment: Deployment, release: Release): Promise<void> {
  const { current } = await deps.deployments.environment(deployment.service, deployment.environment);
  const baseline = current && { baselineVersion: current.version };
  await commitDecision(deps, deployment.id, (record) => ({
    decision: decide(
      record.deployment,
      {
        patch: { release: { ...release, ...baseline } },
        // The last look at the fence before anything outside changes.
        writes: [{ kind: 'hold-slot', deployment: record.deployment }],
      },
      momentOf(deps, 'system:deployment'),
    ),
    value: undefined,
  }));
}
