import type { Pause } from './pause.ts';

/** How a client reaches the service. */
export interface Connection {
  /** Without a slash at its end. */
  readonly baseUrl: string;
  /** A bearer token that is good now. */
  readonly token: () => Promise<string>;
  readonly fetch: typeof globalThis.fetch;
  readonly pause: Pause;
  /** An answer that takes longer counts as none. */
  readonly timeoutMs: number;
  /** A log stream that is silent for longer is taken for dead; the service says something every 15 seconds. */
  readonly idleMs: number;
}
