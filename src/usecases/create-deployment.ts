import { canonicalJson } from '#domain/canonical-json.ts';
import type { Deployment } from '#domain/deployment/deployment.ts';
import {
  joinDeployment,
  requestDeployment,
  type DeploymentCause,
  type RememberedKey,
} from '#domain/deployment/request.ts';
import { nearest } from '#domain/nearest.ts';
import { Refusal } from '#domain/refusal.ts';
import type { Service } from '#domain/service/service.ts';
import type { Deps } from '#ports/deps.ts';
import type { Caller } from './caller.ts';
import { momentOf } from './moment-of.ts';
import { requireOwnership } from './require-ownership.ts';

export interface CreateDeploymentInput {
  readonly service: string;
  readonly environment: string;
  readonly commit: string;
}

type CreateDeps = Pick<Deps, 'services' | 'deployments' | 'clock' | 'digest' | 'ids'>;

/**
 * Accepts a deployment, or answers with the one that is on its way already for the same commit and environment, or with
 * the one that the same idempotency key made before.
 *
 * @throws Refusal `not_found` for an unregistered service, `permission_denied` for one of another group,
 *   `validation_error` for an environment it does not have, `conflict` when an idempotency key comes back with another request
 */
export async function createDeployment(
  deps: CreateDeps,
  input: CreateDeploymentInput,
  caller: Caller,
  idempotencyKey?: string,
  cause: DeploymentCause = {},
): Promise<{ readonly deployment: Deployment; readonly created: boolean }> {
  refuseBadKey(idempotencyKey);
  const service = await findService(deps, input.service);
  requireOwnership(caller, service);
  refuseUnknownEnvironment(service, input.environment);
  const remember = idempotencyKey === undefined ? undefined : rememberedAs(deps, input, caller, idempotencyKey);

  for (let round = 1; round <= 20; round++) {
    const earlier = remember && (await findReplay(deps, remember));
    if (earlier) return { deployment: earlier, created: false };

    const decision = requestDeployment(
      {
        ...input,
        ...cause,
        id: deps.ids.deploymentId(),
        correlationId: caller.correlationId,
        traceId: caller.traceId,
        ...(caller.email !== undefined && { actorEmail: caller.email }),
        ...(remember && { remember }),
      },
      momentOf(deps, caller.subject),
    );
    const outcome = await deps.deployments.commit(decision);
    if (outcome === 'committed') return { deployment: decision.after, created: true };

    const running = await deps.deployments.findInProgress(input.service, input.environment, input.commit);
    const deployment = running === undefined ? undefined : await deps.deployments.find(running);
    if (outcome === 'lock_taken' && deployment) {
      const joined = remember && joinDeployment(deployment, remember, momentOf(deps, caller.subject));
      if (!joined || (await deps.deployments.commit(joined)) === 'committed') return { deployment, created: false };
    }
    await deps.clock.sleep(round * 5);
  }
  throw new Refusal('unavailable', 'Too many requests for the same commit at once; try again.', { transient: true });
}

function refuseBadKey(key: string | undefined): void {
  if (key === undefined || /^[\x21-\x7e]{1,255}$/.test(key)) return;
  throw new Refusal('validation_error', 'The Idempotency-Key is not usable.', {
    faults: [{ pointer: '/headers/idempotency-key', message: 'must be 1 to 255 visible ASCII characters' }],
  });
}

async function findService(deps: CreateDeps, name: string): Promise<Service> {
  const service = await deps.services.find(name);
  if (service) return service;
  throw new Refusal('not_found', `No service is registered as "${name}". Register it first.`);
}

function refuseUnknownEnvironment(service: Service, environment: string): void {
  const known = Object.keys(service.environments);
  if (known.includes(environment)) return;
  const suggestion = nearest(environment, known);
  throw new Refusal('validation_error', `Service "${service.name}" has no environment "${environment}".`, {
    faults: [
      {
        pointer: '/environment',
        message: `must be one of ${known.join(', ')}`,
        ...(suggestion !== undefined && { suggestion }),
      },
    ],
  });
}

/** A key counts per caller, so that nobody can read another's answer by guessing it. */
function rememberedAs(deps: CreateDeps, input: CreateDeploymentInput, caller: Caller, key: string): RememberedKey {
  return { key: `${caller.subject}#${key}`, digest: deps.digest(canonicalJson(input)) };
}

async function findReplay(deps: CreateDeps, remember: RememberedKey): Promise<Deployment | undefined> {
  const earlier = await deps.deployments.findRemembered(remember.key);
  if (!earlier) return undefined;
  if (earlier.digest !== remember.digest) {
    throw new Refusal('conflict', 'This Idempotency-Key was used for another request. Use a new key.');
  }
  return deps.deployments.find(earlier.deploymentId);
}
