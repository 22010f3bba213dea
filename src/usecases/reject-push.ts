import type { Failure } from '#schemas/workflows/failure.ts';
import type { Push, PushOutcome } from '#domain/delivery/push.ts';
import { rejectPush as decideRejection } from '#domain/delivery/record-push.ts';
import { Refusal } from '#domain/refusal.ts';
import type { Deps } from '#ports/deps.ts';
import { momentOf } from './moment-of.ts';

/**
 * Closes a push with a rejection, and has that told: once, however often this is asked for.
 *
 * @returns `known` when something else came of it meanwhile
 * @throws Refusal `not_found` for a service that there is not
 */
export async function rejectPush(
  deps: Pick<Deps, 'pushes' | 'services' | 'clock' | 'digest' | 'ids'>,
  push: Push,
  outcome: PushOutcome & { readonly rejection: Failure },
): Promise<'rejected' | 'known'> {
  for (let round = 1; round <= 10; round++) {
    const service = await deps.services.find(push.service);
    if (!service) throw new Refusal('not_found', `There is no service ${push.service}.`);
    const decision = decideRejection(service, push, outcome, deps.ids.traceId(), momentOf(deps, 'push'));
    const committed = await deps.pushes.commit(decision);
    if (committed !== 'revision_conflict') return committed === 'committed' ? 'rejected' : 'known';
    await deps.clock.sleep(round * 10);
  }
  throw new Refusal('unavailable', `The registration of ${push.service} is changing too fast.`, { transient: true });
}
