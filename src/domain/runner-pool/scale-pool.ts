/** How far the pool may go. */
export interface PoolBounds {
  /** Of the installation; the pool is never smaller. */
  readonly limit: number;
  /** Never more, however many wait. */
  readonly most: number;
}

/** What the pool remembers between two looks. */
export interface PoolScale {
  /** Present when it was raised. */
  readonly raisedTo?: number;
  /** Since when the longest wait is too long. */
  readonly slowSinceMs?: number;
  /** Since when nobody waits and half of the raised pool is free. */
  readonly idleSinceMs?: number;
}

export interface PoolSight {
  readonly atMs: number;
  /** 0 when nobody waits. */
  readonly longestWaitMs: number;
  readonly inUse: number;
}

/** A wait that people notice. */
const tooLongMs = 120_000;
/** One burst is no reason; five minutes of it are. */
const slowForMs = 300_000;
/** Capacity that was just paid for is given back only when it really is not wanted. */
const idleForMs = 1_800_000;
const growth = 1.5;

/** The limit that counts. */
export function limitOf({ raisedTo }: PoolScale, { limit, most }: PoolBounds): number {
  return Math.min(Math.max(limit, raisedTo ?? 0), Math.max(limit, most));
}

/**
 * Raises the pool by half when the longest wait was over two minutes for five minutes, again and again up to the bound; and
 * takes it back to the installation's own limit after half an hour in which nobody waited and half of it stood idle.
 */
export function scalePool(scale: PoolScale, bounds: PoolBounds, { atMs, longestWaitMs, inUse }: PoolSight): PoolScale {
  const present = limitOf(scale, bounds);
  const raised = present > bounds.limit ? { raisedTo: present } : {};
  if (longestWaitMs > tooLongMs) {
    const slowSinceMs = scale.slowSinceMs ?? atMs;
    if (atMs - slowSinceMs < slowForMs) return { ...raised, slowSinceMs };
    const raisedTo = Math.min(bounds.most, Math.max(present + 1, Math.ceil(present * growth)));
    // The next five minutes show whether that was enough.
    return raisedTo > present ? { raisedTo, slowSinceMs: atMs } : { ...raised, slowSinceMs };
  }
  if (present === bounds.limit || longestWaitMs > 0 || inUse > present / 2) return raised;
  const idleSinceMs = scale.idleSinceMs ?? atMs;
  return atMs - idleSinceMs < idleForMs ? { ...raised, idleSinceMs } : {};
}
