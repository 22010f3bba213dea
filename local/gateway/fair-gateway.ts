import type { Gateway } from './gateway.ts';

/** So long may one turn of the event loop last before calls have to queue for the next ones. */
const LONGEST_TURN_MS = 10;

/**
 * The same endpoint, for callers in this process. Their calls need no socket, so a thousand of them go on by promises alone,
 * and no timer and no connection would get its turn until the last one is through. Once a turn has lasted too long, each
 * further call waits for a turn of its own, in the order in which they came.
 */
export function fairGateway(gateway: Gateway): Gateway {
  const waiting: (() => void)[] = [];
  let turnStartedMs = performance.now();
  let next = 0;
  let scheduled = false;

  const turn = (): void => {
    scheduled = false;
    turnStartedMs = performance.now();
    waiting[next++]?.();
    if (next >= waiting.length) {
      waiting.length = 0;
      next = 0;
    }
    schedule();
  };
  const schedule = (): void => {
    if (scheduled || waiting.length === 0) return;
    scheduled = true;
    setImmediate(turn);
  };

  return {
    async handle(request) {
      if (waiting.length > 0 || performance.now() - turnStartedMs > LONGEST_TURN_MS) {
        await new Promise<void>((resolve) => {
          waiting.push(resolve);
          schedule();
        });
      }
      return gateway.handle(request);
    },
  };
}
