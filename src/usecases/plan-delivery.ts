import type { DeliveryTask } from '#schemas/workflows/push-task.ts';
import type { Failure } from '#schemas/workflows/failure.ts';
import { sourceFacts } from '#schemas/workflows/source-facts.ts';
import { blobKeys } from '#domain/blob-keys.ts';
import { planDelivery as decidePlan } from '#domain/delivery/plan-delivery.ts';
import { actorOf, type Push } from '#domain/delivery/push.ts';
import { failureOf } from '#domain/deployment/failure-of.ts';
import { parseManifest } from '#domain/manifest/parse-manifest.ts';
import { Refusal } from '#domain/refusal.ts';
import { fetchAccess, type FetchVariable } from '#domain/service/fetch-access.ts';
import type { Service } from '#domain/service/service.ts';
import type { Deps } from '#ports/deps.ts';
import { createDeployment } from './create-deployment.ts';
import { rejectPush } from './reject-push.ts';
import { servingManifest } from './serving-manifest.ts';
import { triggerCaller } from './trigger-caller.ts';

type PlanDeps = Pick<Deps, 'pushes' | 'services' | 'deployments' | 'blobs' | 'clock' | 'digest' | 'ids'>;

/** A fetch that went wrong is tried once more: what runs it may have been lost. */
const mostFetches = 2;

/** What the machine does next. */
export type NextOfPush =
  | {
      readonly next: 'fetch';
      readonly service: string;
      readonly repository: string;
      readonly commit: string;
      readonly manifestPath: string;
      readonly access: readonly FetchVariable[];
    }
  | { readonly next: 'over'; readonly deployments: readonly string[] };

/**
 * Looks for the source of a pushed commit, and, once it is there, creates a deployment for each environment whose
 * `deployOn` names the branch. Asked before and after the fetch; asked again, it creates nothing twice.
 *
 * @throws Refusal `not_found` for a push or a service that there is not
 */
export async function planDelivery(deps: PlanDeps, task: DeliveryTask): Promise<NextOfPush> {
  const [push, service] = await Promise.all([
    deps.pushes.find(task.service, task.push),
    deps.services.find(task.service),
  ]);
  if (!push || !service) throw new Refusal('not_found', `There is no push ${task.push} of ${task.service}.`);
  if (push.outcome) return { next: 'over', deployments: push.outcome.deployments };
  if (!(await isThere(deps, push, service))) {
    if (task.fetches >= mostFetches || (task.fetches > 0 && task.error === '')) {
      const message = `Commit ${push.commit} could not be fetched from the repository, or has no ${service.manifestPath}.`;
      return settle(deps, push, {
        deployments: [],
        rejection: { code: 'step_failed', step: 'source', message },
      });
    }
    const { repository, manifestPath } = service;
    const access = fetchAccess(service);
    return { next: 'fetch', service: service.name, repository, commit: push.commit, manifestPath, access };
  }
  return settle(deps, push, await deliver(deps, push, service));
}

/** What was stored with the manifest of another path counts as not stored. */
async function isThere({ blobs }: PlanDeps, { commit }: Push, { name, manifestPath }: Service): Promise<boolean> {
  const bytes = await blobs.get(blobKeys.sourceFacts(name, commit));
  return (
    bytes !== undefined &&
    sourceFacts.parse(JSON.parse(Buffer.from(bytes).toString('utf8'))).manifestPath === manifestPath
  );
}

interface Delivered {
  readonly deployments: readonly string[];
  readonly rejection?: Failure;
}

async function deliver(deps: PlanDeps, push: Push, service: Service): Promise<Delivered> {
  const parsed = parseManifest((await deps.blobs.get(blobKeys.sourceManifest(service.name, push.commit))) ?? '');
  if (!parsed.ok) {
    const [first] = parsed.faults;
    const message = `${service.manifestPath} is not valid: ${first?.line}:${first?.column} ${first?.message}`;
    return { deployments: [], rejection: { code: 'validation_error', step: 'source', message } };
  }
  const { environments, rejection } = decidePlan(
    parsed.manifest,
    service,
    push.branch,
    await servingManifests(deps, service),
  );
  const { provider, repository, branch, correlationId } = push;
  const deployments: string[] = [];
  let refused = rejection;
  for (const environment of environments) {
    const traceId = deps.ids.traceId();
    const caller = triggerCaller({ subject: actorOf(push), email: push.pusher.email, correlationId, traceId });
    const wanted = { service: service.name, environment, commit: push.commit };
    try {
      // The key is that of the push and the environment, so that a second try finds the first one's deployment.
      const key = `push-${push.seq}-${environment}`;
      const origin = { provider, repository, branch };
      deployments.push((await createDeployment(deps, wanted, caller, key, { origin })).deployment.id);
    } catch (error) {
      if (!(error instanceof Refusal) || error.transient) throw error;
      refused ??= failureOf(error);
    }
  }
  return { deployments, ...(refused && { rejection: refused }) };
}

async function servingManifests(deps: PlanDeps, { name, environments }: Service) {
  const found = Object.keys(environments).map(
    async (environment) => [environment, await servingManifest(deps, name, environment)] as const,
  );
  return Object.fromEntries(await Promise.all(found));
}

async function settle(deps: PlanDeps, push: Push, outcome: Delivered): Promise<NextOfPush> {
  const over: NextOfPush = { next: 'over', deployments: outcome.deployments };
  const { rejection } = outcome;
  if (!rejection) {
    await deps.pushes.settle(push, outcome);
    return over;
  }
  await rejectPush(deps, push, { ...outcome, rejection });
  return over;
}
