import type { HostClock } from '#local/clock.ts';
import { splitLines } from '../codebuild/split-lines.ts';
import type { LogWriter } from '../codebuild/build-log.ts';
import type { ContainerShape } from './definition-shapes.ts';

export interface TaskLog {
  output(chunk: Buffer): void;
  /** Writes what is held back. */
  end(): void;
}

const LONGEST_WAIT_MS = 100;
const MOST_LINES = 1_000;

/** The output of a container as the log driver awslogs writes it: to `<prefix>/<container>/<task id>`, line by line. */
export function openTaskLog(taskId: string, container: ContainerShape, logs: LogWriter, clock: HostClock): TaskLog {
  const { 'awslogs-group': group, 'awslogs-stream-prefix': prefix } = container.logConfiguration?.options ?? {};
  if (group === undefined) return { output: () => undefined, end: () => undefined };
  const stream = [prefix, container.name, taskId].filter((part) => part !== undefined).join('/');
  let lines: { timestamp: number; message: string }[] = [];
  let cancel: (() => void) | undefined;

  const write = (): void => {
    cancel?.();
    cancel = undefined;
    const batch = lines;
    lines = [];
    if (batch.length > 0) logs.put(group, stream, batch);
  };
  const splitter = splitLines((line) => {
    lines.push({ timestamp: clock.now(), message: line.replace(/\n$/, '') });
    if (lines.length >= MOST_LINES) write();
    else cancel ??= clock.after(LONGEST_WAIT_MS, write);
  });
  return {
    output: (chunk) => splitter.push(chunk),
    end() {
      splitter.flush();
      write();
    },
  };
}
