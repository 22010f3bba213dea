import { progressOf } from '#domain/deployment/begin-step.ts';
import { blobKeys } from '#domain/blob-keys.ts';
import type { Deployment } from '#domain/deployment/deployment.ts';
import { reusedSteps } from '#domain/deployment/reused-steps.ts';
import { resolveSource } from '#domain/deployment/resolve-source.ts';
import { buildPlanOf } from '#domain/deployment/build-plan.ts';
import { failureOf } from '#domain/deployment/failure-of.ts';
import { Refusal } from '#domain/refusal.ts';
import type { Service } from '#domain/service/service.ts';
import type { Deps } from '#ports/deps.ts';
import type { DeploymentTask } from '#schemas/workflows/deployment-task.ts';
import { sourceFacts } from '#schemas/workflows/source-facts.ts';
import { momentOf } from './moment-of.ts';
import { closeStep, openStep } from './run-step.ts';

type ResolveDeps = Pick<Deps, 'deployments' | 'services' | 'blobs' | 'seal' | 'clock' | 'digest' | 'settings'>;

/** What the machine does next. Ids and keys only: documents lie in the blob store. */
export type Resolution =
  | {
      readonly next: 'fetch';
      readonly service: string;
      readonly repository: string;
      readonly commit: string;
      readonly manifestPath: string;
    }
  | { readonly next: 'build'; readonly planKey: string; readonly sourceKey: string }
  | { readonly next: 'release' };

/**
 * Looks for the source of the commit, and, once it is there, reads its manifest and decides what has to be built: nothing,
 * when an artifact of the same identity exists. Asked before and after the fetch; the step `source` spans both.
 */
export async function resolveManifest(deps: ResolveDeps, task: DeploymentTask): Promise<Resolution> {
  const { deploymentId, run } = task;
  const seen = await deps.deployments.find(deploymentId);
  const service = seen && (await deps.services.find(seen.service));
  const facts = seen && service && (await readFacts(deps, seen, service));
  const { step, deployment } = await openStep(deps, deploymentId, {
    name: 'source',
    run,
    buildId: `fetch-source/${run}`,
    ...(seen && !facts && { patch: oneMoreBuild(seen) }),
  });
  if (!facts) return fetchOf(deployment, service);

  try {
    const manifestText = await deps.blobs.get(blobKeys.sourceManifest(deployment.service, deployment.commit));
    const target = service?.environments[deployment.environment];
    const surroundings = { digest: deps.digest, toolchain: deps.settings.toolchain, target };
    const resolved = resolveSource(deployment, facts, manifestText ?? '', surroundings);
    const artifact = await deps.deployments.findArtifact(deployment.service, facts.tree, resolved.identity);
    const record = artifact && (await deps.deployments.load(deploymentId));
    const reused = record ? reusedSteps(record, resolved.manifest, run, momentOf(deps, 'system:deployment')) : [];
    const { manifest, source } = resolved;
    const after = await closeStep(deps, step, {
      patch: { manifest, source, identity: resolved.identity, ...(artifact ? { artifact } : oneMoreBuild(deployment)) },
      writes: reused.map((each) => ({ kind: 'put-step', step: each })),
      facts: reused.map(progressOf),
    });
    // What the record holds counts: a step that had ended before takes no artifact that was found since.
    return after.artifact ? { next: 'release' } : await planBuild(deps, after);
  } catch (error) {
    await closeStep(deps, step, { failure: { ...failureOf(error), step: 'source' } });
    throw error;
  }
}

/** Each build brings a log stream that has to end before the log is complete. */
function oneMoreBuild({ builds = 0 }: Deployment) {
  return { builds: builds + 1 };
}

/** What was stored with the manifest of another path counts as not stored. */
async function readFacts({ blobs }: ResolveDeps, { commit }: Deployment, { name, manifestPath }: Service) {
  const bytes = await blobs.get(blobKeys.sourceFacts(name, commit));
  const facts = bytes && sourceFacts.parse(JSON.parse(Buffer.from(bytes).toString('utf8')));
  return facts?.manifestPath === manifestPath ? facts : undefined;
}

function fetchOf(deployment: Deployment, service: Service | undefined): Resolution {
  if (!service) throw new Refusal('not_found', `Service "${deployment.service}" is no longer registered.`);
  const { repository, manifestPath } = service;
  return { next: 'fetch', service: service.name, repository, commit: deployment.commit, manifestPath };
}

async function planBuild(deps: ResolveDeps, deployment: Deployment): Promise<Resolution> {
  const markToken = await deps.seal.seal('stage-mark', `${deployment.id}/${deployment.run}`);
  const plan = buildPlanOf(deployment, markToken);
  const keySeal = await deps.seal.seal('build-plan', `${deployment.id}/${deployment.run}`);
  const planKey = blobKeys.buildPlan(deployment.id, deployment.run, keySeal);
  await deps.blobs.put(planKey, JSON.stringify(plan));
  return { next: 'build', planKey, sourceKey: deployment.source?.key ?? '' };
}
