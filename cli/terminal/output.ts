import { paintWhen, type Paint } from '../render/paint.ts';

/** Where text goes: a terminal, or a file or pipe. */
export interface OutputStream {
  write(text: string): void;
  readonly isTerminal: boolean;
  readonly paint: Paint;
  /** Size of the terminal now; it changes while a deployment is watched. */
  size(): { readonly columns: number; readonly rows: number };
}

/** The only way out of dsctl; tests give one that collects. */
export interface Output {
  /** What was asked for. */
  readonly out: OutputStream;
  /** Everything else: errors, notes, hints. */
  readonly err: OutputStream;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** `process.stdout` as it really is: where it is no terminal, the members of one are absent. */
interface ProcessStream {
  readonly write: (text: string) => unknown;
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
  readonly rows?: number | undefined;
}

export function outputOf(stream: ProcessStream, env: Environment): OutputStream {
  const isTerminal = stream.isTTY === true && env['TERM'] !== 'dumb';
  return {
    write: (text) => void stream.write(text),
    isTerminal,
    paint: paintWhen(wantsColour(env, isTerminal)),
    size: () => ({ columns: stream.columns || 80, rows: stream.rows || 24 }),
  };
}

/** `FORCE_COLOR` wins over `NO_COLOR` (https://no-color.org), and both over what the stream is. */
export function wantsColour(env: Environment, isTerminal: boolean): boolean {
  const force = env['FORCE_COLOR'];
  if (force !== undefined) return force !== '0' && force !== 'false';
  if (env['NO_COLOR'] !== undefined && env['NO_COLOR'] !== '') return false;
  return isTerminal;
}
