import { cut } from './width.ts';

/**
 * Terminal text that puts `lines` in place of the `before` lines above the cursor. Lines are cut, and so is the block:
 * one that wraps or scrolls away could not be drawn over.
 */
export function redraw(
  before: number,
  lines: readonly string[],
  { columns, rows }: { readonly columns: number; readonly rows: number },
): { readonly text: string; readonly height: number } {
  const fitting = lines.slice(-Math.max(1, rows - 1)).map((line) => cut(line, columns - 1));
  const home = before > 0 ? `\u001B[${before}A\r` : '';
  return { text: `${home}\u001B[0J${fitting.map((line) => `${line}\n`).join('')}`, height: fitting.length };
}
