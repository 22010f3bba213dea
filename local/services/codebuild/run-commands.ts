import { BuildFailure, messageOf } from './build-failure.ts';
import type { BuildLog } from './build-log.ts';
import type { BuildShell } from './build-shell.ts';
import type { BuildspecPhase } from './buildspec.ts';

/**
 * Runs the commands of one phase until one fails, then its `finally` commands, which run either way.
 *
 * @throws BuildFailure `COMMAND_EXECUTION_ERROR` for the first command that failed; the signal's reason when it was aborted
 */
export async function runCommands(
  phase: Pick<BuildspecPhase, 'commands' | 'finally'>,
  run: { readonly shell: BuildShell; readonly log: BuildLog; readonly signal: AbortSignal },
): Promise<void> {
  const failure = await firstFailure(phase.commands, run);
  const finalFailure = await firstFailure(phase.finally, run);
  const first = failure ?? finalFailure;
  if (first) throw first;
}

async function firstFailure(
  commands: readonly string[],
  { shell, log, signal }: Parameters<typeof runCommands>[1],
): Promise<BuildFailure | undefined> {
  for (const command of commands) {
    // Between two commands there is nothing to kill, so an abort must be seen here.
    signal.throwIfAborted();
    log.say(`Running command ${command}`);
    const status = await runOne(shell, command);
    signal.throwIfAborted();
    if (status !== 0) {
      log.say(`Command did not exit successfully ${command} exit status ${status}`);
      return new BuildFailure(
        'COMMAND_EXECUTION_ERROR',
        `Error while executing command: ${command}. Reason: exit status ${status}`,
      );
    }
  }
  return undefined;
}

async function runOne(shell: BuildShell, command: string): Promise<number> {
  try {
    return await shell.run(command);
  } catch (error) {
    throw new BuildFailure('COMMAND_EXECUTION_ERROR', `The shell cannot be started: ${messageOf(error)}`, {
      cause: error,
    });
  }
}
