import type { LogEvent } from '#ports/log-store.ts';

/** An item may have 400 KB, and a transaction 4 MB. */
const mostBytes = 100_000;
const mostChunks = 30;

/** Cuts consecutive events into pieces that fit an item each. A longer line stands alone and is cut to fit. */
export function chunksOf(events: readonly LogEvent[]): readonly (readonly LogEvent[])[] {
  const chunks: LogEvent[][] = [];
  let room = 0;
  for (const event of events) {
    const whole = sizeOf(event.text) <= mostBytes;
    const kept = whole ? event : { ...event, text: `${event.text.slice(0, mostBytes / 4)} … (line cut)` };
    const size = sizeOf(kept.text) + 100;
    if (size > room) {
      chunks.push([]);
      room = mostBytes;
    }
    chunks.at(-1)?.push(kept);
    room -= size;
  }
  return chunks;
}

/** Cuts consecutive events into pieces that fit a transaction each; one piece of nothing where there is nothing. */
export function piecesOf(events: readonly LogEvent[]): readonly (readonly LogEvent[])[] {
  const chunks = chunksOf(events);
  if (chunks.length <= mostChunks) return [events];
  return Array.from({ length: Math.ceil(chunks.length / mostChunks) }, (_, index) =>
    chunks.slice(index * mostChunks, (index + 1) * mostChunks).flat(),
  );
}

function sizeOf(text: string): number {
  return Buffer.byteLength(text);
}
