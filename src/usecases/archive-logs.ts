import type { Deps } from '#ports/deps.ts';
import { archiveLog, type ArchiveLogDeps } from './archive-log.ts';

const dayMs = 24 * 3_600_000;
/** Well within the function's time: a run that is cut off would begin with the same logs again. */
const runMs = 480_000;

/**
 * Archives the logs that got their last line long enough ago, the longest quiet first, until its time is over; the next
 * run goes on, because what is archived is no longer on the list.
 */
export async function archiveLogs(deps: ArchiveLogDeps & Pick<Deps, 'settings'>) {
  const startedMs = deps.clock.now().getTime();
  const before = new Date(startedMs - deps.settings.logDays * dayMs).toISOString();
  const counts = { archived: 0, kept: 0, failed: 0 };
  const faults: string[] = [];
  for await (const deploymentId of deps.hotLogs.quietSince(before)) {
    if (deps.clock.now().getTime() - startedMs >= runMs) break;
    try {
      counts[await archiveLog(deps, deploymentId)] += 1;
    } catch (error) {
      // One log that cannot be archived must not keep the others hot.
      counts.failed += 1;
      if (faults.length < 10) faults.push(`${deploymentId}: ${String(error)}`);
    }
  }
  return { ...counts, faults };
}
