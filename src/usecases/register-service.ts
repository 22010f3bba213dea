import { registerService as decideRegistration, type Registration } from '#domain/service/register.ts';
import { movedEnvironments, refuseAbandoning } from '#domain/service/refuse-abandoning.ts';
import { checkRepository } from '#domain/service/repository.ts';
import type { Service, TargetRef } from '#domain/service/service.ts';
import { checkFetchAccess } from '#domain/service/fetch-access.ts';
import { resolveTarget, type TargetRequest } from '#domain/service/target.ts';
import { Refusal } from '#domain/refusal.ts';
import type { Deps } from '#ports/deps.ts';
import type { Caller } from './caller.ts';
import { momentOf } from './moment-of.ts';
import { requireOwnGroup, requireOwnership } from './require-ownership.ts';

export interface RegisterServiceInput {
  readonly name: string;
  readonly repository: string;
  readonly manifestPath: string;
  readonly repositoryCredentials?: string | undefined;
  readonly connection?: string | undefined;
  readonly owner: string;
  readonly environments: Readonly<Record<string, TargetRequest>>;
  /** What serves may be left behind. */
  readonly replace?: boolean | undefined;
}

/**
 * Registers a service or replaces its registration; two at once end as one after the other.
 *
 * @throws Refusal `validation_error`; `permission_denied` when the service is, or would become, that of a group which the caller
 *   is not in; `conflict` when an environment that serves a release would be left out or moved, without `replace`
 */
export async function registerService(
  deps: Pick<Deps, 'services' | 'deployments' | 'clock' | 'digest' | 'settings'>,
  input: RegisterServiceInput,
  caller: Caller,
): Promise<{ readonly service: Service; readonly created: boolean }> {
  const { repositoryCredentials, connection, replace = false, ...plain } = input;
  const access = {
    ...(repositoryCredentials !== undefined && { repositoryCredentials }),
    ...(connection !== undefined && { connection }),
  };
  refuseReservedName(input.name);
  checkRepository(input.repository, deps.settings.repositorySchemes);
  checkFetchAccess(input.name, input.repository, access);
  const environments: Record<string, TargetRef> = {};
  for (const [environment, target] of Object.entries(input.environments)) {
    environments[environment] = resolveTarget(input.name, environment, target, deps.settings);
  }
  const wanted: Registration = {
    ...plain,
    ...access,
    environments,
    correlationId: caller.correlationId,
    traceId: caller.traceId,
  };
  for (let round = 0; round < 10; round++) {
    const before = await deps.services.find(input.name);
    // In every round: whoever was first has decided whose service this is.
    if (before) requireOwnership(caller, before);
    requireOwnGroup(caller, input.owner);
    if (!replace) await keepWhatServes(deps, input.name, before?.environments ?? {}, environments);
    const decision = decideRegistration(before, wanted, momentOf(deps, caller.subject));
    if ((await deps.services.commit(decision)) === 'committed') {
      return { service: decision.after, created: before === undefined };
    }
  }
  throw new Refusal('unavailable', `The registration of ${input.name} is changing too fast; try again.`, {
    transient: true,
  });
}

async function keepWhatServes(
  { deployments }: Pick<Deps, 'deployments'>,
  service: string,
  before: Service['environments'],
  wanted: Service['environments'],
): Promise<void> {
  const moved = movedEnvironments(before, wanted);
  refuseAbandoning(await Promise.all(moved.map((name) => deployments.environment(service, name))), wanted);
}

/** A service reads what lies under its own name, and under this one lie the secrets of the installation itself. */
function refuseReservedName(name: string): void {
  if (name !== 'deployment-service') return;
  throw new Refusal('validation_error', 'The name "deployment-service" is that of the deployment service itself.', {
    faults: [{ pointer: '/path/service', message: 'must be another name: this one is taken by the installation' }],
  });
}
