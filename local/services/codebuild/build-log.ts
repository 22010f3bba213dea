import type { HostClock } from '#local/clock.ts';
import type { BuildRecord } from './build-record.ts';
import { splitLines } from './split-lines.ts';

/** The side of the local CloudWatch Logs that services of this host write to. */
export interface LogWriter {
  put(group: string, stream: string, events: readonly { readonly timestamp: number; readonly message: string }[]): void;
}

export interface BuildLog {
  /** A line of CodeBuild's own. */
  say(message: string): void;
  /** From here on, every line goes through it. */
  mask(hide: (line: string) => string): void;
  /** Output of commands as it comes. */
  output(chunk: Buffer): void;
  /** Writes what is held back; to be called at the end. */
  flush(): void;
}

const LONGEST_WAIT_MS = 100;
const MOST_LINES = 1_000;

/** The log of one build, written in batches: at the latest 100 ms after a line came. */
export function openBuildLog(build: BuildRecord, logs: LogWriter, clock: HostClock): BuildLog {
  const { groupName, streamName } = build.logs;
  let lines: { timestamp: number; message: string }[] = [];
  let cancel: (() => void) | undefined;
  let hide = (line: string): string => line;

  const write = (): void => {
    cancel?.();
    cancel = undefined;
    const batch = lines;
    lines = [];
    if (batch.length > 0 && groupName && streamName) logs.put(groupName, streamName, batch);
  };
  const add = (message: string): void => {
    lines.push({ timestamp: clock.now(), message: hide(message) });
    if (lines.length >= MOST_LINES) write();
    else cancel ??= clock.after(LONGEST_WAIT_MS, write);
  };
  const splitter = splitLines(add);

  return {
    say(message) {
      splitter.flush();
      add(`[Container] ${stamp(clock.now())} ${message}\n`);
    },
    mask(next) {
      hide = next;
    },
    output: (chunk) => splitter.push(chunk),
    flush() {
      splitter.flush();
      write();
    },
  };
}

/** `2026/01/01 00:00:00.000000`, as CodeBuild writes it. */
function stamp(milliseconds: number): string {
  const [date, time] = new Date(milliseconds).toISOString().split('T');
  return `${date?.replaceAll('-', '/')} ${time?.slice(0, -1)}000`;
}
