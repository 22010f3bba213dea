import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

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

export function isRunning(pid: number): boolean {
  const state = attempt(() => readFileSync(`/proc/${pid}/stat`, 'utf8'));
  return state !== '' && !state.slice(state.lastIndexOf(')') + 2).startsWith('Z');
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
