/** A piece of time, in milliseconds since the epoch. */
export interface Interval {
  readonly fromMs: number;
  readonly toMs: number;
}

/** How long at least one of the pieces lasted, each moment counted once and only inside the window. */
export function coveredMs(pieces: readonly Interval[], window: Interval): number {
  let covered = 0;
  let reached = window.fromMs;
  for (const { fromMs, toMs } of pieces.toSorted((left, right) => left.fromMs - right.fromMs)) {
    const from = Math.max(fromMs, reached);
    const to = Math.min(toMs, window.toMs);
    if (to <= from) continue;
    covered += to - from;
    reached = to;
  }
  return covered;
}

/** What is left of the pieces without the holes. */
export function without(pieces: readonly Interval[], holes: readonly Interval[]): readonly Interval[] {
  return holes.reduce<readonly Interval[]>(
    (left, hole) =>
      left.flatMap(({ fromMs, toMs }) =>
        [
          { fromMs, toMs: Math.min(toMs, hole.fromMs) },
          { fromMs: Math.max(fromMs, hole.toMs), toMs },
        ].filter((piece) => piece.toMs > piece.fromMs),
      ),
    pieces,
  );
}
