/** The runner kit's last line: nothing follows in this stream. */
export const streamEndLine = 'finished';

/** Splits `[stage] text`; a line without a stage is the runner's own. */
export function parseLogLine(message: string): { readonly step: string; readonly text: string } {
  const line = message.replace(/\r?\n$/, '');
  const match = /^\[(install|compile|test|bundle|runner)\] ?(.*)$/s.exec(line);
  if (!match) return { step: 'runner', text: line };
  return { step: match[1] ?? 'runner', text: match[2] ?? '' };
}

/**
 * CodeBuild's own `[Container]` lines tell of phases, and the last of them come after the kit's last line. Only those that
 * say what went wrong are for the log of a deployment; CloudWatch keeps them all.
 */
export function isRoutine(message: string): boolean {
  if (!message.startsWith('[Container] ')) return false;
  const code = /Phase context status code: (\S+)/.exec(message)?.[1];
  // That a command failed is said better by the command, and comes after the end of its log.
  return code === undefined || code === 'COMMAND_EXECUTION_ERROR';
}

/** A failure travels in an event, which must stay small: its last lines are cut to this. */
const mostLineLength = 300;

/** Lines as a failure quotes them. */
export function clipped(lines: readonly string[]): string[] {
  return lines.map((line) => (line.length > mostLineLength ? `${line.slice(0, mostLineLength)} …` : line));
}
