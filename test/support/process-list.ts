import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { processIdentity } from '#local/services/lambda/process-identity.ts';

/**
 * Processes that were started for a state directory: their command, environment or working directory names it. Linux
 * only, as /proc is; a process that has ended and waits to be collected has none of these.
 */
export function processesOf(directory: string): readonly number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => pid !== process.pid && traces(pid).some((trace) => trace.includes(directory)));
}

/** Processes with what tells each from a later one that gets its id: ids come around again within minutes. */
export function identified(pids: readonly number[]): readonly (readonly [pid: number, identity: string])[] {
  return pids.flatMap((pid) => {
    const identity = processIdentity(pid);
    return identity === undefined ? [] : [[pid, identity] as const];
  });
}

/** Those that have not ended. */
export function stillRunning(processes: Iterable<readonly [pid: number, identity: string]>): readonly number[] {
  return [...processes].flatMap(([pid, identity]) => (processIdentity(pid) === identity ? [pid] : []));
}

function traces(pid: number): readonly string[] {
  return [
    attempt(() => readFileSync(`/proc/${pid}/cmdline`, 'utf8')),
    attempt(() => readFileSync(`/proc/${pid}/environ`, 'utf8')),
    attempt(() => readlinkSync(`/proc/${pid}/cwd`)),
  ];
}

/** Nothing when the process ended meanwhile, or is another user's. */
function attempt(read: () => string): string {
  try {
    return read();
  } catch {
    return '';
  }
}
