import { registerService as decideRegistration, type Registration } from '#domain/service/register.ts';
import { checkRepository } from '#domain/service/repository.ts';
import type { Service, TargetRef } from '#domain/service/service.ts';
import { resolveTarget, type TargetRequest } from '#domain/service/target.ts';
import { Refusal } from '#domain/refusal.ts';
import type { Deps } from '#ports/deps.ts';
import type { Caller } from './caller.ts';
import { momentOf } from './moment-of.ts';

export interface RegisterServiceInput {
  readonly name: string;
  readonly repository: string;
  readonly manifestPath: string;
  readonly owner: string;
  readonly environments: Readonly<Record<string, TargetRequest>>;
}

/** Registers a service or replaces its registration; two at once end as one after the other. */
export async function registerService(
  deps: Pick<Deps, 'services' | 'clock' | 'digest' | 'settings'>,
  input: RegisterServiceInput,
  caller: Caller,
): Promise<{ readonly service: Service; readonly created: boolean }> {
  checkRepository(input.repository, deps.settings.repositorySchemes);
  const environments: Record<string, TargetRef> = {};
  for (const [environment, target] of Object.entries(input.environments)) {
    environments[environment] = resolveTarget(input.name, environment, target, deps.settings);
  }
  const wanted: Registration = {
    ...input,
    environments,
    correlationId: caller.correlationId,
    traceId: caller.traceId,
  };
  for (let round = 0; round < 10; round++) {
    const before = await deps.services.find(input.name);
    const decision = decideRegistration(before, wanted, momentOf(deps, caller.subject));
    if ((await deps.services.commit(decision)) === 'committed') {
      return { service: decision.after, created: before === undefined };
    }
  }
  throw new Refusal('unavailable', `The registration of ${input.name} is changing too fast; try again.`, {
    transient: true,
  });
}
