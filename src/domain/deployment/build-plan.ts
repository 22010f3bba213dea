import type { BuildPlan } from '#schemas/workflows/build-plan.ts';
import { blobKeys } from '../blob-keys.ts';
import { Refusal } from '../refusal.ts';
import type { Deployment } from './deployment.ts';
import { buildStages } from './steps.ts';

/** A stage without a limit of its own ends after this long. */
const defaultStageSeconds = 600;

/** What the runner kit is told to do: the manifest's build, with every key it reads or writes. */
export function buildPlanOf(deployment: Deployment, markToken: string): BuildPlan {
  const { manifest, source } = deployment;
  if (!manifest || !source) throw new Refusal('conflict', `Deployment ${deployment.id} has no manifest yet.`);
  const { build, reports } = manifest;
  return {
    version: 1,
    deploymentId: deployment.id,
    service: deployment.service,
    commit: deployment.commit,
    tree: source.tree,
    run: deployment.run,
    markToken,
    directory: '.',
    arguments: build.arguments,
    environment: build.environment,
    stages: buildStages.flatMap((name) => {
      const stage = build[name];
      return stage
        ? [{ name, commands: stage.commands, timeoutSeconds: stage.timeoutSeconds ?? defaultStageSeconds }]
        : [];
    }),
    reports: reports.map(({ stage, type, path }) => ({ stage, type, path })),
    output: build.bundle.output,
    artifactPrefix: blobKeys.uploadPrefix(deployment.id, deployment.run),
    reportPrefix: blobKeys.reportPrefix(deployment.id, deployment.run),
  };
}
