/** Millions of times in little memory: one count for each millisecond. */
export interface Latencies {
  add(milliseconds: number): void;
  readonly count: () => number;
  /** By nearest rank, to the millisecond above. */
  percentile(share: number): number;
}

const most = 120_000;

export function createLatencies(): Latencies {
  const counts = new Uint32Array(most + 1);
  let count = 0;
  return {
    add(milliseconds) {
      const slot = Math.min(most, Math.max(0, Math.ceil(milliseconds)));
      counts[slot] = (counts[slot] ?? 0) + 1;
      count++;
    },
    count: () => count,
    percentile(share) {
      let left = Math.max(1, Math.ceil(share * count));
      const slot = counts.findIndex((each) => (left -= each) <= 0);
      if (slot < 0) throw new Error('There is no percentile of nothing.');
      return slot;
    },
  };
}
