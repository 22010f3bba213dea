import type { Push } from '#domain/delivery/push.ts';
import { faultOfOpenPush } from '#domain/delivery/fault-of-open-push.ts';
import type { Deps } from '#ports/deps.ts';
import { atMostAtOnce } from './at-most-at-once.ts';
import { rejectPush } from './reject-push.ts';
import { startPush } from './start-push.ts';

/** Whatever starts the machine of a push has done so within this time. */
const openMs = 120_000;
const mostAtOnce = 8;

/**
 * Brings pushes on that an event should have moved and did not: one whose machine never started is started, one whose
 * machine is over and settled nothing is rejected. One whose machine still runs is left alone.
 */
export async function reconcilePushes(
  deps: Pick<Deps, 'pushes' | 'services' | 'workflows' | 'clock' | 'digest' | 'ids'>,
): Promise<{ readonly rejected: number; readonly failures: readonly unknown[] }> {
  const before = new Date(deps.clock.now().getTime() - openMs).toISOString();
  let rejected = 0;
  const failures = await atMostAtOnce(mostAtOnce, deps.pushes.openSince(before), async ({ service, seq }: Push) => {
    if ((await startPush(deps, { service, push: seq })) !== 'ended') return;
    // The last that its machine did may have been to settle it.
    const push = await deps.pushes.find(service, seq);
    const rejection = push && faultOfOpenPush(push, 'ended');
    if (!rejection) return;
    if ((await rejectPush(deps, push, { deployments: [], rejection })) === 'rejected') rejected += 1;
  });
  return { rejected, failures };
}
