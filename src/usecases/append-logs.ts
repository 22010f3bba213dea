import { isRoutine, parseLogLine, streamEndLine } from '#domain/log/log-line.ts';
import { scrubLines } from '#domain/redaction/scrub.ts';
import type { Deps } from '#ports/deps.ts';

interface DeliveredLogs {
  /** `<deployment id>/<build>` */
  readonly stream: string;
  readonly events: readonly { readonly id: string; readonly timestampMs: number; readonly message: string }[];
}

/**
 * Keeps what a build wrote, so that any number of viewers can follow it. Streams of anything else are left alone. The
 * runner has taken the secrets that it knows out already; what looks like a credential goes here, wherever it came from.
 */
export async function appendLogs({ logs }: Pick<Deps, 'logs'>, delivered: DeliveredLogs): Promise<void> {
  const deploymentId = /^(dep_[0-9A-Z]+)\//.exec(delivered.stream)?.[1];
  if (deploymentId === undefined) return;
  const lines = delivered.events
    .filter(({ message }) => !isRoutine(message))
    .map(({ id, timestampMs, message }) => ({ id, at: new Date(timestampMs).toISOString(), ...parseLogLine(message) }));
  // All at once and without their stages: a key goes over many lines.
  const texts = scrubLines(lines.map(({ text }) => text));
  const events = lines.map((line, index) => ({ ...line, text: texts[index] ?? '' }));
  const streamEnded = events.some((event) => event.step === 'runner' && event.text === streamEndLine);
  await logs.append({ deploymentId, stream: delivered.stream, events, streamEnded });
}
