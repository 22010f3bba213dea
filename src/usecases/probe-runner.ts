import type { Deps } from '#ports/deps.ts';

/** Asks the build runner whether it is there, and records that it was. Throws when it is not, so the alarm sees it. */
export async function probeRunner({
  runners,
  clock,
  metrics,
}: Pick<Deps, 'runners' | 'clock' | 'metrics'>): Promise<void> {
  await runners.probe();
  const now = clock.now();
  await runners.recordHeartbeat(now);
  metrics.record([{ metric: 'runnerHeartbeat', value: 1, atMs: now.getTime(), dimensions: {} }]);
}
