import type { LogFrame } from '#usecases/stream-logs.ts';
import type { SseFrame } from './stream-handler.ts';

/** Frames of a log as server-sent events: the id of a chunk is its number, so `Last-Event-ID` resumes right after it. */
export async function* sseFrames(frames: AsyncIterable<LogFrame>): AsyncGenerator<SseFrame> {
  for await (const frame of frames) {
    if (frame.kind === 'chunk') yield { id: String(frame.chunk.n), data: { ...frame.chunk, traceId: frame.traceId } };
    else if (frame.kind === 'end') yield { event: 'end', data: { status: frame.status, traceId: frame.traceId } };
    else yield {};
  }
}

/** A reconnecting client says by header what it has; a first one by query. */
export function resumeAfter(headers: Readonly<Record<string, string>>, after: number): number {
  const last = headers['last-event-id'] ?? '';
  return /^\d{1,10}$/.test(last) ? Number(last) : after;
}
