import { createInterface } from 'node:readline/promises';

/** `process.stdin` and `process.stderr`, as they really are. */
interface Terminal {
  readonly input: NodeJS.ReadStream;
  /** Not standard output, which is for what was asked for. */
  readonly output: NodeJS.WriteStream;
}

/**
 * Asks a question that `y` or `yes` answers well and everything else does not; `undefined` where nobody is there to answer,
 * as in a script.
 */
export function confirmOn({ input, output }: Terminal): ((question: string) => Promise<boolean>) | undefined {
  if (!input.isTTY || !output.isTTY) return undefined;
  return async (question) => {
    const lines = createInterface({ input, output });
    try {
      // Ctrl-C and Ctrl-D close it without an answer: that is a no.
      const closed = new Promise<string>((resolve) => lines.once('close', () => resolve('')));
      return isYes(await Promise.race([lines.question(`${question} [y/N] `), closed]));
    } finally {
      lines.close();
    }
  };
}

export function isYes(answer: string): boolean {
  return /^\s*y(es)?\s*$/i.test(answer);
}
