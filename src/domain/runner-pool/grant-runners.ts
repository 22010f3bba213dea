import type { RunnerHold, RunnerWaiter } from './runner-waiter.ts';

/** What the pool looks like at one moment. */
export interface RunnerPoolState {
  /** How many deployments may have a runner at once. */
  readonly limit: number;
  readonly holds: readonly RunnerHold[];
  readonly waiters: readonly RunnerWaiter[];
}

/**
 * Who gets a runner now, in this order. Priority comes first. Among equals a runner goes to the service that has the fewest, and
 * within a service to whoever waits longest: one that asks for a hundred builds gets no more than one that asks for two,
 * as long as both wait.
 *
 * @param most grants at once
 */
export function grantRunners(state: RunnerPoolState, most = Infinity): readonly RunnerWaiter[] {
  const free = Math.max(0, state.limit - state.holds.length);
  return inOrder(state, Math.min(free, most));
}

/** The place of a waiter in the queue, from 1, if nobody else came and runners became free one by one. */
export function placeInQueue(state: RunnerPoolState, deploymentId: string): number | undefined {
  const index = inOrder(state, Infinity).findIndex((waiter) => waiter.deploymentId === deploymentId);
  return index < 0 ? undefined : index + 1;
}

interface Line {
  readonly waiters: readonly RunnerWaiter[];
  next: number;
}

/** The first `count` waiters in the order in which they are served. */
function inOrder({ holds, waiters }: RunnerPoolState, count: number): readonly RunnerWaiter[] {
  const inUse = new Map<string, number>();
  const use = (service: string): unknown => inUse.set(service, (inUse.get(service) ?? 0) + 1);
  for (const { service } of holds) use(service);

  const served: RunnerWaiter[] = [];
  const byPriority = Map.groupBy(waiters, ({ priority }) => priority);
  for (const priority of [...byPriority.keys()].toSorted((one, other) => one - other)) {
    const ofPriority = (byPriority.get(priority) ?? []).toSorted(byAge);
    const lines: Line[] = [...Map.groupBy(ofPriority, ({ service }) => service).values()].map((line) => ({
      waiters: line,
      next: 0,
    }));
    while (lines.length > 0 && served.length < count) {
      const line = shortest(lines, inUse);
      const waiter = line.waiters[line.next++];
      if (line.next >= line.waiters.length) lines.splice(lines.indexOf(line), 1);
      if (!waiter) continue;
      served.push(waiter);
      use(waiter.service);
    }
  }
  return served;
}

/** The line of the service with the fewest runners; of several, the one whose head waits longest. */
function shortest(lines: readonly Line[], inUse: ReadonlyMap<string, number>): Line {
  return lines.reduce((best, line) => {
    const [head, bestHead] = [line.waiters[line.next], best.waiters[best.next]];
    if (!head || !bestHead) return best;
    const difference = (inUse.get(head.service) ?? 0) - (inUse.get(bestHead.service) ?? 0);
    return difference < 0 || (difference === 0 && byAge(head, bestHead) < 0) ? line : best;
  });
}

function byAge(one: RunnerWaiter, other: RunnerWaiter): number {
  if (one.since !== other.since) return one.since < other.since ? -1 : 1;
  return one.deploymentId < other.deploymentId ? -1 : 1;
}
