import type { StageName } from '#schemas/workflows/build-plan.ts';
import { createScrubber, type Scrubber } from './scrubber.ts';

/** The build's log: each line says who wrote it, so that the log's reader can tell stages apart. */
export interface RunnerLog {
  /** A line that a command of the stage wrote, scrubbed before: a secret may go over several lines. */
  stage(name: StageName, line: string): void;
  /** What the kit itself has to say; a text of several lines becomes several lines. */
  runner(text: string): void;
  /** From here on the kit's own lines are scrubbed by this one. Until then, and without it, by what looks like a credential. */
  scrubWith(scrubber: Scrubber): void;
}

export function createLog(write: (text: string) => void): RunnerLog {
  let scrubber = createScrubber();
  return {
    stage: (name, line) => write(`[${name}] ${line}\n`),
    runner: (text) => {
      for (const line of scrubber.redact(text).split('\n')) write(`[runner] ${line}\n`);
    },
    scrubWith: (better) => {
      scrubber = better;
    },
  };
}
