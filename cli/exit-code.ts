/** What the shell is told; `docs/dsctl.md` lists them. */
export const exitCode = {
  ok: 0,
  /** The deployment did not succeed, the manifest is not valid, the service is down. */
  failed: 1,
  usage: 2,
  unreachable: 3,
  refused: 4,
  timedOut: 5,
  /** Ctrl-C: 128 and the number of the signal, as shells count. */
  interrupted: 130,
} as const;
export type ExitCode = (typeof exitCode)[keyof typeof exitCode];
