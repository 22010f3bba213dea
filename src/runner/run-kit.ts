import { createLog, type RunnerLog } from './log.ts';
import { RunnerFailure } from './runner-failure.ts';

/** Runs one script of the kit to its end and leaves the process: 0, or 1 when `work` rejects. `[runner] finished` is the last line always. */
export async function runKit(work: (log: RunnerLog) => Promise<void>): Promise<never> {
  const log = createLog((text) => process.stdout.write(text));
  let exitCode = 0;
  try {
    await work(log);
  } catch (error) {
    exitCode = 1;
    log.runner(error instanceof RunnerFailure ? error.message : describeBug(error));
  }
  log.runner('finished');
  // Kept-alive sockets of the SDK would hold the process; standard output to a pipe or file is written synchronously.
  process.exit(exitCode);
}

function describeBug(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
