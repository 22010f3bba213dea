/** Milliseconds of processor time that some work takes. The best of a few runs: the first may pay for compilation and for the garbage of other tests. */
export function quickestMs(work: () => unknown): number {
  let best = Number.POSITIVE_INFINITY;
  for (let run = 0; run < 4 && best >= 100; run++) {
    const before = process.threadCpuUsage();
    work();
    const { user, system } = process.threadCpuUsage(before);
    best = Math.min(best, (user + system) / 1000);
  }
  return best;
}
