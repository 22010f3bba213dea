import type { OutputStream } from './terminal/output.ts';

export function printLines(stream: OutputStream, lines: readonly string[]): void {
  if (lines.length > 0) stream.write(`${lines.join('\n')}\n`);
}

/** One JSON document, for a program to read: indented, because people look as well. */
export function printJson(stream: OutputStream, document: unknown): void {
  stream.write(`${JSON.stringify(document, null, 2)}\n`);
}

/** One line of JSON Lines. */
export function printJsonLine(stream: OutputStream, document: unknown): void {
  stream.write(`${JSON.stringify(document)}\n`);
}
