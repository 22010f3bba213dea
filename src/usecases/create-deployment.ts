import type { Deployment } from '#domain/deployment/deployment.ts';
import { joinDeployment, requestDeployment, type DeploymentCause } from '#domain/deployment/request.ts';
import { nearest } from '#domain/nearest.ts';
import { Refusal } from '#domain/refusal.ts';
import type { Service } from '#domain/service/service.ts';
import type { Deps } from '#ports/deps.ts';
import type { Caller } from './caller.ts';
import { findService } from './find-service.ts';
import { momentOf } from './moment-of.ts';
import { findReplay, refuseBadKey, rememberedAs } from './remembered-request.ts';
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
