import { conclude } from './conclude.ts';
import type { World } from './world.ts';
import type { MapState, ParallelState, State, TaskState } from './definition.ts';
import type { Entry } from './entry.ts';
import type { At, Thread } from './execution.ts';
import { covers } from './failure.ts';
import { stateOf } from './state-of.ts';
import { retryDelayMs } from './retry-delay.ts';

type GuardedState = TaskState | ParallelState | MapState;
const GUARDED: ReadonlySet<State['Type']> = new Set<GuardedState['Type']>(['Task', 'Parallel', 'Map']);

/**
 * What a failed state does: the first Retrier that covers the error decides about another attempt; when it grants none,
 * the first Catcher that covers it decides where to go; else the thread fails.
 */
export async function recover(world: World, thread: Thread, position: At<'failed'>): Promise<Entry> {
  const { visit, failure, reported } = position;
  const state = stateOf(thread.scope, visit.state);
  const guarded = !failure.final && GUARDED.has(state.Type) ? (state as GuardedState) : undefined;

  const retrier = guarded?.Retry?.findIndex(({ ErrorEquals }) => covers(ErrorEquals, failure)) ?? -1;
  const rule = guarded?.Retry?.[retrier];
  if (rule && !reported) {
    const delay = retryDelayMs(rule, visit.retries[retrier] ?? 0, world.sources.random);
    if (delay !== undefined) return { kind: 'RetryArmed', due: world.sources.now() + delay, retrier };
  }
  // The service tells of a failed Parallel or Map only once no further attempt is made.
  if (state.Type === 'Parallel' && !reported) return { kind: 'ParallelFailed' };
  if (state.Type === 'Map' && !reported) return { kind: 'MapFailed' };

  const index = guarded?.Catch?.findIndex(({ ErrorEquals }) => covers(ErrorEquals, failure)) ?? -1;
  const catcher = guarded?.Catch?.[index];
  const told = {
    ...(failure.error !== undefined && { error: failure.error }),
    ...(failure.cause !== undefined && { cause: failure.cause }),
  };
  if (catcher) {
    const errorOutput = { Error: failure.error ?? '', ...(failure.cause !== undefined && { Cause: failure.cause }) };
    return conclude(world, thread, visit, { errorOutput, exit: catcher, at: `Catch[${index}]/` });
  }
  return thread.parent === undefined ? { kind: 'ExecutionFailed', ...told } : { kind: 'BranchFailed' };
}
