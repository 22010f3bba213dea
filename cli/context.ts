import type { Pause } from '#client/pause.ts';
import type { Output } from './terminal/output.ts';

/** The world around dsctl, so that tests can bring their own. */
export interface CliContext {
  readonly output: Output;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  /** The checkout that dsctl is run from; the host started there is the last place to look for credentials. */
  readonly checkout?: string;
  readonly fetch: typeof globalThis.fetch;
  /** Opens an address in the person's browser, where there is one; whether that worked is not known. */
  readonly browse?: (address: string) => void;
  /** Asks whether something is meant, where a person is there to answer. */
  readonly confirm?: (question: string) => Promise<boolean>;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly pause: Pause;
  /** Calls `action` again and again until the returned function is called. */
  readonly every: (milliseconds: number, action: () => void) => () => void;
  /** Calls `action` on Ctrl-C instead of ending the process, until the returned function is called. */
  readonly onInterrupt: (action: () => void) => () => void;
}
