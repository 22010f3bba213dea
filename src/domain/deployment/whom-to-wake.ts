import type { Slot } from './admit.ts';
import { replaces, type Waiter } from './waiter.ts';

/**
 * Those of a slot's waiters for whom asking again would change something: one that a newer wish replaces, and, when nobody
 * has the slot, the one whose turn it is. The others may sleep on.
 */
export function whomToWake({ owner, last, waiters }: Slot): readonly Waiter[] {
  const wishes = [...waiters, ...(last ? [last] : [])];
  const replaced = waiters.filter((waiter) => wishes.some((other) => replaces(other, waiter)));
  if (owner !== undefined) return replaced;
  const first = waiters
    .filter((waiter) => !replaced.includes(waiter))
    .toSorted((one, other) => one.priority - other.priority)[0];
  return first ? [...replaced, first] : replaced;
}
