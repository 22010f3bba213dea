import { spawn, type ChildProcess } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { constants } from 'node:os';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import type { OutputPipe } from './output-pipe.ts';

export interface BuildShell {
  /**
   * Runs a script and answers its exit status. Scripts share one shell, so exports, directory, variables and functions stay; when
   * one ends the shell (`exit`, `set -e`), the next gets a new shell with the directory and the exports that the last finished
   * script left.
   */
  run(script: string): Promise<number>;
}

// The host writes a script's number to 8, the shell sources it and answers its status on 9. Neither is handed down to the
// script. The bookkeeping's stderr is closed so that a script's `set -x` does not print it.
const DRIVER = `__codebuild_dir=$1
set --
if [ -f "$__codebuild_dir/exports" ]; then
  . "$__codebuild_dir/exports"
  cd "$(cat "$__codebuild_dir/directory")"
fi
while { IFS= read -r __codebuild_script <&8; } 2>/dev/null; do
  . "$__codebuild_dir/$__codebuild_script.sh" 8<&- 9>&-
  { __codebuild_status=$?
    export -p >"$__codebuild_dir/exports"
    pwd >"$__codebuild_dir/directory"
    echo "$__codebuild_status" >&9
  } 2>/dev/null
done
`;
const CONTROL_FD = 8;
const STATUS_FD = 9;
const SIGNAL_STATUS = 128;

interface Session {
  readonly child: ChildProcess;
  readonly control: Writable;
  answer: ((status: number) => void) | undefined;
  /** The status of a shell that ended, perhaps before anybody asked. */
  ended: number | undefined;
}

export function openBuildShell(options: {
  readonly shell: string;
  /** A directory of its own for scripts and state. */
  readonly directory: string;
  readonly cwd: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly output: OutputPipe;
  /** Told in the same turn in which the leader of a new process group was started. */
  readonly started: (leader: number) => void;
}): BuildShell {
  const { directory, output } = options;
  const driver = join(directory, 'driver.sh');
  writeFileSync(driver, DRIVER);
  let session: Session | undefined;
  let scripts = 0;

  const open = async (): Promise<Session> => {
    const { writer } = output;
    const none = 'ignore' as const;
    const child = spawn(options.shell, [driver, directory], {
      cwd: options.cwd,
      env: { ...options.environment },
      detached: true,
      stdio: [none, writer, writer, none, none, none, none, none, 'pipe', 'pipe'],
    });
    if (child.pid !== undefined) options.started(child.pid);
    await new Promise((resolve, reject) => {
      child.once('spawn', resolve);
      child.once('error', reject);
    });
    const opened: Session = {
      child,
      control: child.stdio[CONTROL_FD as 3] as Writable,
      answer: undefined,
      ended: undefined,
    };
    // A shell that ended reads no more; its exit is what tells.
    opened.control.on('error', () => undefined);
    const answer = (status: number): void => {
      output.drain();
      opened.answer?.(status);
      opened.answer = undefined;
    };
    let text = '';
    (child.stdio[STATUS_FD as 4] as Readable).setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
      if (!text.endsWith('\n')) return;
      answer(Number(text));
      text = '';
    });
    child.once('exit', (code, signal) => {
      if (session === opened) session = undefined;
      opened.ended = code ?? SIGNAL_STATUS + signalNumber(signal);
      answer(opened.ended);
    });
    return opened;
  };

  return {
    async run(script) {
      session ??= await open();
      const current = session;
      const number = ++scripts;
      writeFileSync(join(directory, `${number}.sh`), `${script}\n`);
      return new Promise((resolve) => {
        if (current.ended !== undefined) return resolve(current.ended);
        current.answer = resolve;
        current.control.write(`${number}\n`);
      });
    },
  };
}

function signalNumber(signal: NodeJS.Signals | null): number {
  return signal === null ? 0 : constants.signals[signal];
}
