import type { Deployment } from '#domain/deployment/deployment.ts';
import { isTerminal } from '#domain/deployment/transitions.ts';
import type { Deps } from '#ports/deps.ts';
import type { ArchiveCursor } from '#ports/record-archive.ts';
import { archiveRecord, type ArchiveRecordDeps } from './archive-record.ts';

type ArchiveDeps = ArchiveRecordDeps & Pick<Deps, 'settings'>;

const runMs = 480_000;
const pageSize = 25;
/** The first round of an installation looks so far back; the months before it began are empty, and cost a read each. */
const mostYears = 5;

/**
 * Archives the records of deployments that have been over for long enough, from the oldest month on, until its time is
 * over; a cursor says where the next run goes on. What has to stay for now (what serves, what it would go back to) is
 * looked at again in the next round.
 */
export async function archiveRecords(deps: ArchiveDeps) {
  const startedMs = deps.clock.now().getTime();
  const before = monthsBefore(new Date(startedMs), deps.settings.recordMonths);
  const counts = { archived: 0, kept: 0, failed: 0 };
  const faults: string[] = [];
  const inUse = inUseOf(deps);
  let cursor: ArchiveCursor = (await deps.records.cursor()) ?? { month: monthOf(monthsBefore(before, 12 * mostYears)) };
  while (cursor.month <= monthOf(before)) {
    if (deps.clock.now().getTime() - startedMs >= runMs) return { ...counts, faults, roundEnded: false };
    const page = await deps.records.inMonth(cursor.month, cursor.after, pageSize);
    let left = false;
    for (const deployment of page.items) {
      const outcome = await archive(deployment);
      counts[outcome] += 1;
      left ||= outcome !== 'archived';
    }
    cursor = nextCursor(cursor, page.next, left);
    // An empty month of long ago is not worth a write.
    if (page.items.length > 0) await deps.records.saveCursor(cursor);
  }
  // The next round begins where something is left, or with the month that has just become old enough.
  await deps.records.saveCursor({ month: cursor.oldestLeft ?? monthOf(before) });
  return { ...counts, faults, roundEnded: true };

  async function archive(deployment: Deployment): Promise<keyof typeof counts> {
    try {
      if (!isOver(deployment, before) || (await inUse(deployment))) return 'kept';
      return await archiveRecord(deps, deployment.id);
    } catch (error) {
      // One record that cannot be archived must not keep the others.
      if (faults.length < 10) faults.push(`${deployment.id}: ${String(error)}`);
      return 'failed';
    }
  }
}

function isOver({ status, finishedAtMs }: Deployment, before: Date): boolean {
  return isTerminal(status) && finishedAtMs !== undefined && finishedAtMs < before.getTime();
}

function nextCursor(cursor: ArchiveCursor, after: ArchiveCursor['after'], left: boolean): ArchiveCursor {
  const oldestLeft = cursor.oldestLeft ?? (left ? cursor.month : undefined);
  return {
    month: after ? cursor.month : monthOf(monthsBefore(new Date(`${cursor.month}-01T00:00:00.000Z`), -1)),
    ...(after && { after }),
    ...(oldestLeft !== undefined && { oldestLeft }),
  };
}

/** Whether an environment runs a release, could be taken back to it, or is being taken back to it. */
function inUseOf(deps: Pick<Deps, 'deployments'>): (deployment: Deployment) => Promise<boolean> {
  const known = new Map<string, Promise<ReadonlySet<string>>>();
  return async ({ id, service, environment }) => {
    const key = `${service}#${environment}`;
    const used = known.get(key) ?? usedIn(deps, service, environment);
    known.set(key, used);
    return (await used).has(id);
  };
}

async function usedIn(
  { deployments }: Pick<Deps, 'deployments'>,
  service: string,
  environment: string,
): Promise<ReadonlySet<string>> {
  const [{ current, previous }, { owner, waiters }] = await Promise.all([
    deployments.environment(service, environment),
    deployments.slot(service, environment),
  ]);
  const direct = [
    current?.deploymentId,
    previous?.deploymentId,
    owner,
    ...waiters.map((waiter) => waiter.deploymentId),
  ];
  const ids = direct.filter((id) => id !== undefined);
  const found = await Promise.all(ids.map((id) => deployments.find(id)));
  // A rollback restores the release of another deployment: that one serves, or is about to.
  return new Set(
    [...ids, ...found.flatMap((each) => [each?.rollbackTo, each?.rollbackOf])].filter((id) => id !== undefined),
  );
}

function monthsBefore(instant: Date, months: number): Date {
  const moved = new Date(instant);
  moved.setUTCDate(1);
  moved.setUTCMonth(moved.getUTCMonth() - months);
  const days = new Date(Date.UTC(moved.getUTCFullYear(), moved.getUTCMonth() + 1, 0)).getUTCDate();
  moved.setUTCDate(Math.min(instant.getUTCDate(), days));
  return moved;
}

function monthOf(instant: Date): string {
  return instant.toISOString().slice(0, 7);
}
