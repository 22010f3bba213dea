import { isRoutine, parseLogLine, streamEndLine } from '#domain/log/log-line.ts';
import type { Deps } from '#ports/deps.ts';

interface DeliveredLogs {
  /** `<deployment id>/<build>` */
  readonly stream: string;
  readonly events: readonly { readonly id: string; readonly timestampMs: number; readonly message: string }[];
}

/** Keeps what a build wrote, so that any number of viewers can follow it. Streams of anything else are left alone. */
export async function appendLogs({ logs }: Pick<Deps, 'logs'>, delivered: DeliveredLogs): Promise<void> {
  const deploymentId = /^(dep_[0-9A-Z]+)\//.exec(delivered.stream)?.[1];
  if (deploymentId === undefined) return;
  const events = delivered.events
    .filter(({ message }) => !isRoutine(message))
    .map(({ id, timestampMs, message }) => ({ id, at: new Date(timestampMs).toISOString(), ...parseLogLine(message) }));
  const streamEnded = events.some((event) => event.step === 'runner' && event.text === streamEndLine);
  await logs.append({ deploymentId, stream: delivered.stream, events, streamEnded });
}
