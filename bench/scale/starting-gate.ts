import type { HostClock } from '#local/clock.ts';

export interface StartingGate {
  /** The same time, but what is to happen later waits until the gate is open. */
  readonly clock: HostClock;
  /** From now on nothing goes on before `open`. */
  close(): void;
  open(): void;
}

/**
 * Holds back runners that have begun: a thousand of them are all at work only when the first does not end before the last has
 * begun.
 */
export function startingGate(clock: HostClock): StartingGate {
  const held = new Map<symbol, () => void>();
  let closed = false;
  return {
    clock: {
      now: () => clock.now(),
      after(delayMs, action) {
        if (!closed) return clock.after(delayMs, action);
        const key = Symbol('held');
        let cancel = (): void => void held.delete(key);
        held.set(key, () => {
          cancel = clock.after(delayMs, action);
        });
        return () => cancel();
      },
    },
    close() {
      closed = true;
    },
    open() {
      closed = false;
      for (const begin of held.values()) begin();
      held.clear();
    },
  };
}
