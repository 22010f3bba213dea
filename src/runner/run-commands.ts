import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { constants, tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import { lineSplitter } from './lines.ts';
import { openOutputPipe } from './output-pipe.ts';
import { shellQuoted } from './outputs.ts';
import type { Scrubber } from './scrubber.ts';

export interface CommandsRun {
  readonly commands: readonly string[];
  readonly directory: string;
  readonly environment: Readonly<Record<string, string>>;
  /** Ends the commands, and everything they started, when it fires. */
  readonly timeout: AbortSignal;
  /** Sees the output before anybody else does, and before it is cut into lines. */
  readonly scrubber: Scrubber;
  readonly onLine: (line: string) => void;
}

export type CommandsEnd =
  | { readonly status: 'succeeded' }
  | { readonly status: 'failed'; readonly exitCode: number }
  | { readonly status: 'timed_out' };

/** How long output is awaited from a process that left the group and still holds the pipe. */
const DRAIN_MS = 1_000;

/**
 * Leads the process group. Descriptor 3 is held open by this process alone: it closes when this process ends by
 * whatever cause, SIGKILL included, and then the guard ends the group. Orphaned twice, so that no `wait` of a command sees it.
 */
const LEADER = '( ( read -r gone <&3; kill -KILL 0 ) >/dev/null 2>&1 & )\nexec 3<&-\nexec /bin/sh -e "$1"\n';

/**
 * Runs commands in one `sh -e`, in a process group of their own. Nothing of the group is left when the promise resolves:
 * a server that a command started in the background ends with its stage.
 */
export async function runCommands(run: CommandsRun): Promise<CommandsEnd> {
  const workspace = await mkdtemp(join(tmpdir(), 'stage-'));
  try {
    const script = join(workspace, 'commands.sh');
    await writeFile(script, scriptOf(run.commands));
    const pipe = await openOutputPipe(join(workspace, 'output'));
    const lines = lineSplitter(run.onLine);
    const scrubbed = run.scrubber.stream();
    pipe.reader.setEncoding('utf8').on('data', (text: string) => lines.push(scrubbed.push(text)));
    const drained = new Promise<void>((resolve) => pipe.reader.once('close', () => resolve()));

    const child = spawn('/bin/sh', ['-c', LEADER, 'sh', script], {
      cwd: run.directory,
      env: { ...run.environment },
      detached: true,
      stdio: ['ignore', pipe.writeEnd, pipe.writeEnd, 'pipe'],
    });
    pipe.closeWriteEnd();
    const end = await ended(child, run.timeout);

    const patience = setTimeout(() => pipe.reader.destroy(), DRAIN_MS);
    await drained;
    clearTimeout(patience);
    lines.push(scrubbed.end());
    lines.end();
    return end;
  } finally {
    await rm(workspace, { recursive: true, force: true });
  }
}

/** `eval` keeps the commands apart, so that an open quote in one cannot swallow the next; they share one shell. */
function scriptOf(commands: readonly string[]): string {
  return commands
    .map((command) => `printf '%s\\n' ${shellQuoted(`$ ${command}`)}\neval ${shellQuoted(command)}\n`)
    .join('');
}

function ended(child: ChildProcess, timeout: AbortSignal): Promise<CommandsEnd> {
  return new Promise((resolve, reject) => {
    let timedOut = false;
    const onTimeout = (): void => {
      timedOut = true;
      killGroup(child);
    };
    const settle = (): void => {
      timeout.removeEventListener('abort', onTimeout);
      (child.stdio[3] as Duplex | null)?.destroy();
    };
    if (timeout.aborted) onTimeout();
    else timeout.addEventListener('abort', onTimeout);

    child.once('error', (error) => {
      settle();
      reject(error);
    });
    child.once('exit', (code, signal) => {
      if (!timedOut) killGroup(child);
      settle();
      if (timedOut) return resolve({ status: 'timed_out' });
      const exitCode = code ?? 128 + (signal ? constants.signals[signal] : 0);
      resolve(exitCode === 0 ? { status: 'succeeded' } : { status: 'failed', exitCode });
    });
  });
}

/** The guard is of the group until it is killed here, so the group's id cannot have passed to somebody else. */
function killGroup({ pid }: ChildProcess): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
