import type { Deps } from '#ports/deps.ts';
import { atMostAtOnce } from './at-most-at-once.ts';
import { dispatchRunners } from './dispatch-runners.ts';
import { wakeThoseInLine } from './wake-those-in-line.ts';

/** What became of those who wait, as the rows of a batch tell it. */
export interface QueueChanges {
  /** Slots that became free, or that another one waits for now. */
  readonly slots: readonly { readonly service: string; readonly environment: string }[];
  /** A runner became free, or another one waits for one. */
  readonly runners: boolean;
  /** Tokens of those who got a runner. */
  readonly granted: readonly string[];
}

type WakeDeps = Pick<Deps, 'deployments' | 'runnerQueue' | 'workflows' | 'clock' | 'settings' | 'metrics'>;

/** Step Functions takes far more; this only keeps a batch from going out one by one. */
const mostAtOnce = 20;

/**
 * Wakes the machines for which something has changed. What is awake already, or wakes by itself later, takes no harm:
 * each looks for itself when it is awake.
 *
 * @throws AggregateError in the end, of all that could not be woken: the stream delivers the batch again
 */
export async function wakeWaiters(deps: WakeDeps, changes: QueueChanges): Promise<void> {
  const failures = [
    ...(await atMostAtOnce(mostAtOnce, changes.granted, async (token) => {
      await deps.workflows.wake(token, { state: 'granted' });
    })),
    ...(await atMostAtOnce(mostAtOnce, changes.slots, (slot) => wakeThoseInLine(deps, slot))),
  ];
  if (changes.runners) await dispatchRunners(deps);
  if (failures.length > 0) throw new AggregateError(failures, `${failures.length} waits could not be ended.`);
}
