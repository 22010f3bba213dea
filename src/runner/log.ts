import type { StageName } from '#schemas/workflows/build-plan.ts';

/** The build's log: each line says who wrote it, so that the log's reader can tell stages apart. */
export interface RunnerLog {
  /** A line that a command of the stage wrote. */
  stage(name: StageName, line: string): void;
  /** What the kit itself has to say; a text of several lines becomes several lines. */
  runner(text: string): void;
}

export function createLog(write: (text: string) => void): RunnerLog {
  return {
    stage: (name, line) => write(`[${name}] ${line}\n`),
    runner: (text) => {
      for (const line of text.split('\n')) write(`[runner] ${line}\n`);
    },
  };
}
