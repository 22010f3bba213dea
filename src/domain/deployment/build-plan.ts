import type { Manifest } from '#schemas/service/manifest.ts';
import type { BuildPlan } from '#schemas/workflows/build-plan.ts';
import { blobKeys } from '../blob-keys.ts';
import { imageNames } from '../image-names.ts';
import { Refusal } from '../refusal.ts';
import type { Deployment } from './deployment.ts';
import { buildStages } from './steps.ts';

/** A stage without a limit of its own ends after this long. */
const defaultStageSeconds = 600;

interface Installation {
  /** What builds run with. */
  readonly toolchain: string;
  /** `<registry>/<prefix>`; read for images only. */
  readonly imageRepositories: string;
  readonly imagePlatform: string;
}

/** What the runner kit is told to do: the manifest's build, with every key it reads or writes. */
export function buildPlanOf(deployment: Deployment, markToken: string, installation: Installation): BuildPlan {
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
    secretNames: Object.keys(build.secrets ?? {}),
    stages: buildStages.flatMap((name) => {
      const stage = build[name];
      return stage
        ? [
            {
              name,
              commands: stage.commands,
              timeoutSeconds: stage.timeoutSeconds ?? defaultStageSeconds,
              ...(stage.inputs && { inputs: stage.inputs }),
            },
          ]
        : [];
    }),
    // The other kinds are refused before a plan is made: `notYetSupported`.
    reports: reports.flatMap(({ stage, type, path }) => (type === 'junit' ? [{ stage, type, path }] : [])),
    output: build.bundle.output,
    artifact: artifactOf(manifest, installation),
    artifactPrefix: blobKeys.uploadPrefix(deployment.id, deployment.run),
    ...cacheOf(deployment, manifest, installation),
    reportPrefix: blobKeys.reportPrefix(deployment.id, deployment.run),
  };
}

/** A deployment whose manifest is of a time before there was a cache has no say in it, and is built whole. */
function cacheOf({ id, run }: Deployment, { build }: Manifest, { toolchain }: Installation): Pick<BuildPlan, 'cache'> {
  const { enabled, paths } = build.cache as Partial<Manifest['build']['cache']>;
  return enabled ? { cache: { toolchain, paths: paths ?? [], uploadPrefix: blobKeys.cacheUploadPrefix(id, run) } } : {};
}

/** A function takes a zip, a container an image that lies over its base in the service's own repository. */
function artifactOf({ name, target }: Manifest, installation: Installation): BuildPlan['artifact'] {
  if (target.type === 'lambda') return { format: 'zip' };
  const { imageRepositories, imagePlatform } = installation;
  return {
    format: 'image',
    registry: imageNames.registry(imageRepositories),
    repository: imageNames.withinRegistry(imageNames.repository(imageRepositories, name)),
    base: imageNames.base(target.baseImage),
    platform: imagePlatform,
    command: target.command,
    port: target.port,
  };
}
