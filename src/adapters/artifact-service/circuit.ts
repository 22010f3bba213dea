import { Refusal } from '#domain/refusal.ts';
import { isTransient } from '#ports/transient.ts';
import type { Clock } from '#ports/clock.ts';

const mostFailures = 5;
const openMs = 30_000;

/** Stops asking a service that does not answer, and tries it again with one request after a while. */
export class Circuit {
  readonly #clock: Clock;
  #failures = 0;
  #openUntilMs = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** @throws Refusal `unavailable` at once while the circuit is open, or what `work` throws */
  async through<T>(work: () => Promise<T>): Promise<T> {
    const nowMs = this.#clock.now().getTime();
    if (nowMs < this.#openUntilMs) {
      throw new Refusal('unavailable', 'The artifact service did not answer for a while.', { transient: true });
    }
    // The next ones wait until this one knows more.
    if (this.#openUntilMs > 0) this.#openUntilMs = nowMs + openMs;
    try {
      const result = await work();
      this.#close();
      return result;
    } catch (error) {
      // A no is an answer.
      if (isTransient(error)) this.#count();
      else this.#close();
      throw error;
    }
  }

  #close(): void {
    this.#failures = 0;
    this.#openUntilMs = 0;
  }

  #count(): void {
    this.#failures += 1;
    if (this.#failures >= mostFailures) this.#openUntilMs = this.#clock.now().getTime() + openMs;
  }
}
