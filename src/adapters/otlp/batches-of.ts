import type { Span } from '#domain/telemetry/span.ts';

/** X-Ray takes 10,000 spans and 5 MB in one request; ours have about 1 KB each. */
const mostSpans = 1_000;
/** X-Ray takes no request whose spans lie further apart; an approval may take a week. */
const mostApartMs = 24 * 3_600_000;

/** Spans in pieces that every receiver takes. */
export function batchesOf(spans: readonly Span[]): readonly (readonly Span[])[] {
  const batches: Span[][] = [];
  for (const span of spans.toSorted((one, two) => one.startedAtMs - two.startedAtMs)) {
    const last = batches.at(-1);
    const first = last?.[0];
    if (last && first && last.length < mostSpans && span.startedAtMs - first.startedAtMs < mostApartMs) last.push(span);
    else batches.push([span]);
  }
  return batches;
}
