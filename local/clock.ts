/** Time for everything in the local host, so that tests and rehearsals can run on a virtual clock. */
export interface HostClock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Calls `action` once after `delayMs`; the returned function cancels it. */
  after(delayMs: number, action: () => void): () => void;
}

// A Node timer's longest delay; a longer one fires at once.
const LONGEST_TIMER_MS = 2 ** 31 - 1;

export const systemClock: HostClock = {
  now: () => Date.now(),
  after(delayMs, action) {
    const due = Date.now() + delayMs;
    let timer: NodeJS.Timeout;
    const arm = (): void => {
      const left = due - Date.now();
      timer = setTimeout(left > LONGEST_TIMER_MS ? arm : action, Math.min(Math.max(left, 0), LONGEST_TIMER_MS));
    };
    arm();
    return () => clearTimeout(timer);
  },
};

export interface VirtualClock extends HostClock {
  /** Moves time forward, firing what falls due in order; pending promises run between two timers. */
  advance(milliseconds: number): Promise<void>;
  /** Fires timers, one due time after another, until `done()` holds; fails after `limit` timers. */
  runUntil(done: () => boolean | Promise<boolean>, limit?: number): Promise<void>;
}

interface Timer {
  readonly due: number;
  readonly order: number;
  readonly action: () => void;
}

export function virtualClock(startMs = Date.UTC(2026, 0, 1)): VirtualClock {
  let now = startMs;
  let order = 0;
  const timers = new Set<Timer>();

  const next = (): Timer | undefined =>
    [...timers].reduce<Timer | undefined>(
      (first, timer) =>
        !first || timer.due < first.due || (timer.due === first.due && timer.order < first.order) ? timer : first,
      undefined,
    );
  const fire = (timer: Timer): void => {
    timers.delete(timer);
    now = Math.max(now, timer.due);
    timer.action();
  };

  return {
    now: () => now,
    after(delayMs, action) {
      const timer: Timer = { due: now + Math.max(delayMs, 0), order: order++, action };
      timers.add(timer);
      return () => timers.delete(timer);
    },
    async advance(milliseconds) {
      const end = now + milliseconds;
      await settle();
      for (let timer = next(); timer && timer.due <= end; timer = next()) {
        fire(timer);
        await settle();
      }
      now = end;
    },
    async runUntil(done, limit = 100_000) {
      await settle();
      for (let fired = 0; !(await done()); fired++) {
        if (fired >= limit) throw new Error(`The virtual clock fired ${limit} timers and the condition still fails.`);
        const timer = next();
        if (timer) fire(timer);
        await settle();
      }
    },
  };
}

/** Lets pending promise chains run: a turn of the event loop empties every microtask queue. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setImmediate(resolve));
}
