import type { Deps } from '#ports/deps.ts';

/** Asks the build runner whether it is there, and records that it was. Throws when it is not, so the alarm sees it. */
export async function probeRunner({ runners, clock }: Pick<Deps, 'runners' | 'clock'>): Promise<void> {
  await runners.probe();
  await runners.recordHeartbeat(clock.now());
}
