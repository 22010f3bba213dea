import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import type { HostClock } from '#local/clock.ts';

/** A process group that a build started, told apart from a later group that was given the same number. */
export interface ProcessGroup {
  readonly buildId: string;
  /** The group's number, which is also its leader's process id. */
  readonly pgid: number;
  /** When the leader started, in whatever unit the system tells it; only compared. */
  readonly leaderStart: string;
}

interface Member {
  readonly pid: number;
  readonly zombie: boolean;
}

const FIRST_POLL_MS = 5;
const LONGEST_POLL_MS = 200;
const AFTER_KILL_MS = 2_000;

/** Describes the group of a process that was just started as its leader. */
export function processGroupOf(buildId: string, leader: number): ProcessGroup {
  return { buildId, pgid: leader, leaderStart: startOf(leader) ?? 'gone' };
}

/**
 * Ends every process of the group: SIGTERM and, when the grace is over, SIGKILL; without grace SIGKILL at once.
 * Resolves when no process is left, or two seconds after a SIGKILL that something in the kernel holds up.
 */
export async function endProcessGroup(
  group: ProcessGroup,
  grace?: { readonly clock: HostClock; readonly milliseconds: number },
): Promise<void> {
  if (!isAlive(group)) return;
  if (grace) {
    let over = false;
    const cancel = grace.clock.after(grace.milliseconds, () => (over = true));
    signal(group, 'SIGTERM');
    const gone = await untilGone(group, () => over);
    cancel();
    if (gone) return;
  }
  signal(group, 'SIGKILL');
  const end = performance.now() + AFTER_KILL_MS;
  await untilGone(group, () => performance.now() > end);
}

/** Polls in real time whatever the host's clock is: processes end when the kernel says so. */
async function untilGone(group: ProcessGroup, givenUp: () => boolean): Promise<boolean> {
  for (let pause = FIRST_POLL_MS; isAlive(group); pause = Math.min(pause * 2, LONGEST_POLL_MS)) {
    if (givenUp()) return false;
    await delay(pause);
  }
  return true;
}

function signal(group: ProcessGroup, name: NodeJS.Signals): void {
  try {
    process.kill(-group.pgid, name);
  } catch (error) {
    // EPERM: what is left runs as another user, beyond this host's reach.
    if (!isErrno(error, 'ESRCH') && !isErrno(error, 'EPERM')) throw error;
  }
}

/**
 * Whether a process of this group runs. A leader proves it by its start time. Children may outlive their leader; then the number
 * could have been freed and given again, so one of them must carry our build's id in the environment it was started with.
 */
function isAlive({ pgid, leaderStart, buildId }: ProcessGroup): boolean {
  if (!groupExists(pgid)) return false;
  const start = startOf(pgid);
  if (start !== undefined && start !== leaderStart) return false;
  // Without /proc there is no telling who the members are: a leader that runs is all that counts.
  if (process.platform !== 'linux') return start === leaderStart;
  const living = membersOf(pgid).filter(({ zombie }) => !zombie);
  return start === undefined ? living.some(({ pid }) => belongsTo(buildId, pid)) : living.length > 0;
}

function groupExists(pgid: number): boolean {
  try {
    process.kill(-pgid, 0);
    return true;
  } catch (error) {
    // EPERM: the number is now somebody else's.
    if (isErrno(error, 'ESRCH') || isErrno(error, 'EPERM')) return false;
    throw error;
  }
}

/** The start of a process, or undefined when there is none; with the boot, because a machine counts from zero again. */
function startOf(pid: number): string | undefined {
  if (process.platform === 'linux') {
    const start = statOf(pid)?.[19];
    return start && `${readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()} ${start}`;
  }
  try {
    const started = execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8', stdio: 'pipe' });
    return started.trim() || undefined;
  } catch {
    // `ps` ends with 1 when there is no such process.
    return undefined;
  }
}

function membersOf(pgid: number): readonly Member[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((name) => ({ pid: Number(name), stat: statOf(Number(name)) }))
    .filter(({ stat }) => stat?.[2] === String(pgid))
    .map(({ pid, stat }) => ({ pid, zombie: stat?.[0] === 'Z' }));
}

/** The fields of `/proc/<pid>/stat` from the state on: what stands before may hold spaces and brackets of its own. */
function statOf(pid: number): readonly string[] | undefined {
  const stat = readProc(pid, 'stat');
  return stat?.slice(stat.lastIndexOf(')') + 2).split(' ');
}

function belongsTo(buildId: string, pid: number): boolean {
  return readProc(pid, 'environ')?.split('\0').includes(`CODEBUILD_BUILD_ID=${buildId}`) ?? false;
}

function readProc(pid: number, file: string): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch {
    // It ended meanwhile, or is another user's.
    return undefined;
  }
}

function isErrno(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
