import { progressOf } from '#domain/deployment/begin-step.ts';
import { approvalInForce } from '#domain/deployment/approval-in-force.ts';
import { canonicalJson } from '#domain/canonical-json.ts';
import { decide } from '#domain/deployment/decision.ts';
import { blobKeys } from '#domain/blob-keys.ts';
import { imageNames } from '#domain/image-names.ts';
import type { Deployment } from '#domain/deployment/deployment.ts';
import { reusedSteps } from '#domain/deployment/reused-steps.ts';
import { resolveSource } from '#domain/deployment/resolve-source.ts';
import { buildSecrets, type BuildSecret } from '#domain/deployment/build-secrets.ts';
import { buildPlanOf } from '#domain/deployment/build-plan.ts';
import { nextAfterArtifact, type NextAfterArtifact } from '#domain/deployment/request-approval.ts';
import { Refusal } from '#domain/refusal.ts';
import { fetchAccess, type FetchVariable } from '#domain/service/fetch-access.ts';
import type { Service } from '#domain/service/service.ts';
import type { Deps } from '#ports/deps.ts';
import type { DeploymentTask } from '#schemas/workflows/deployment-task.ts';
import { sourceFacts } from '#schemas/workflows/source-facts.ts';
import { momentOf } from './moment-of.ts';
import { commitDecision } from './commit-decision.ts';
import { failedEnd } from './failed-end.ts';
import { closeStep, openStep } from './run-step.ts';
import { servingDeployment } from './serving-manifest.ts';

type ResolveDeps = Pick<
  Deps,
  'artifacts' | 'deployments' | 'services' | 'blobs' | 'images' | 'seal' | 'clock' | 'digest' | 'settings'
>;

/** What the machine does next. Ids and keys only: documents lie in the blob store. */
export type Resolution =
  | {
      readonly next: 'fetch';
      readonly service: string;
      readonly repository: string;
      readonly commit: string;
      readonly manifestPath: string;
      /** By reference: the build's host reads the values. */
      readonly access: readonly FetchVariable[];
    }
  | {
      readonly next: 'build';
      readonly planKey: string;
      readonly sourceKey: string;
      /** By reference: the build's host reads the values. */
      readonly buildSecrets: readonly BuildSecret[];
    }
  | { readonly next: NextAfterArtifact };

/**
 * Looks for the source of the commit, and, once it is there, reads its manifest and decides what has to be built: nothing,
 * when an artifact of the same identity exists. Asked before and after the fetch; the step `source` spans both.
 */
export async function resolveManifest(deps: ResolveDeps, task: DeploymentTask): Promise<Resolution> {
  const { deploymentId, run } = task;
  const seen = await deps.deployments.find(deploymentId);
  const service = seen && (await deps.services.find(seen.service));
  const facts = seen && service && (await readFacts(deps, seen, service));
  const { kind, step, deployment } = await openStep(deps, deploymentId, {
    name: 'source',
    run,
    buildId: `fetch-source/${run}`,
    ...(seen && !facts && { patch: oneMoreBuild(seen) }),
  });
  if (!facts) return fetchOf(deployment, service);
  // What the record holds counts: once the step has ended, here or in an earlier run, it takes nothing that was found since.
  if (kind === 'kept') return nextOf(deps, await underPresentRule(deps, deployment));

  try {
    const manifestText = await deps.blobs.get(blobKeys.sourceManifest(deployment.service, deployment.commit));
    const target = service?.environments[deployment.environment];
    const surroundings = { digest: deps.digest, toolchain: deps.settings.toolchain, target, owner: service?.owner };
    const resolved = resolveSource(deployment, facts, manifestText ?? '', surroundings);
    const artifact = await deps.artifacts.find(deployment.service, facts.tree, resolved.identity);
    const record = artifact && (await deps.deployments.load(deploymentId));
    const reused = record ? reusedSteps(record, resolved.manifest, run, momentOf(deps, 'system:deployment')) : [];
    const { manifest, source } = resolved;
    const { service: name, environment } = deployment;
    const approvalRule = approvalInForce(environment, manifest, await servingDeployment(deps, name, environment));
    const after = await closeStep(deps, step, {
      // Another deployment of the same commit finds the facts as they are, and has waited for nothing.
      ...(facts.fetch?.deploymentId === deploymentId && { retries: facts.fetch.retries }),
      patch: {
        manifest,
        source,
        ...(approvalRule && { approvalRule }),
        identity: resolved.identity,
        ...(artifact ? { artifact } : oneMoreBuild(deployment)),
      },
      writes: [
        ...reused.map((each) => ({ kind: 'put-step' as const, step: each })),
        // A build goes on with the runner of the fetch.
        ...(artifact ? [{ kind: 'free-runner' as const, deployment }] : []),
      ],
      facts: reused.map(progressOf),
    });
    return await nextOf(deps, after);
  } catch (error) {
    await closeStep(deps, step, failedEnd(error, 'source'));
    throw error;
  }
}

/** A retry comes later than its source was read: something else may serve by now, and want an approval. */
async function underPresentRule(deps: ResolveDeps, seen: Deployment): Promise<Deployment> {
  const { id, service, environment, manifest } = seen;
  const rule = manifest && approvalInForce(environment, manifest, await servingDeployment(deps, service, environment));
  if (!rule || canonicalJson(rule) === canonicalJson(seen.approvalRule ?? null)) return seen;
  const { deployment } = await commitDecision(deps, id, (record) => ({
    value: undefined,
    decision: decide(record.deployment, { patch: { approvalRule: rule } }, momentOf(deps, 'system:deployment')),
  }));
  return deployment;
}

async function nextOf(deps: ResolveDeps, deployment: Deployment): Promise<Resolution> {
  return deployment.artifact ? { next: nextAfterArtifact(deployment) } : planBuild(deps, deployment);
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
  const access = fetchAccess(service);
  return { next: 'fetch', service: service.name, repository, commit: deployment.commit, manifestPath, access };
}

async function planBuild(deps: ResolveDeps, deployment: Deployment): Promise<Resolution> {
  const markToken = await deps.seal.seal('stage-mark', `${deployment.id}/${deployment.run}`);
  const plan = buildPlanOf(deployment, markToken, deps.settings);
  if (plan.artifact.format === 'image') {
    // Here and not in the build: the code that runs there may push into repositories, but not make any.
    await deps.images.ensureRepository(imageNames.repository(deps.settings.imageRepositories, deployment.service));
  }
  const keySeal = await deps.seal.seal('build-plan', `${deployment.id}/${deployment.run}`);
  const planKey = blobKeys.buildPlan(deployment.id, deployment.run, keySeal);
  await deps.blobs.put(planKey, JSON.stringify(plan));
  return {
    next: 'build',
    planKey,
    sourceKey: deployment.source?.key ?? '',
    buildSecrets: buildSecrets(deployment.manifest?.build.secrets ?? {}),
  };
}
