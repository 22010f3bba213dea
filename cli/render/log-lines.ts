import type { LogChunkView } from '#schemas/api/stream-logs.ts';
import { stepName } from '#schemas/workflows/status.ts';
import type { Paint } from './paint.ts';
import { printable } from './printable.ts';

const nameWidth = Math.max(...stepName.options.map((name) => name.length));

/** The lines of a chunk, each behind the name of its step. */
export function logLines(chunk: LogChunkView, paint: Paint): readonly string[] {
  return chunk.lines.map(
    ({ step, text }) =>
      `${paint.dim(`${printable(step, false).padEnd(nameWidth)} |`)} ${printable(text, paint.enabled)}`,
  );
}

/** What one step wrote; `undefined` when the chunk holds nothing of it. */
export function ofStep(chunk: LogChunkView, step: string | undefined): LogChunkView | undefined {
  if (step === undefined) return chunk;
  const lines = chunk.lines.filter((line) => line.step === step);
  return lines.length > 0 ? { ...chunk, lines } : undefined;
}
