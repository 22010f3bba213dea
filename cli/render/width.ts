import { stripVTControlCharacters } from 'node:util';
import { colourSequence } from './sequence.ts';

const wide =
  /\p{Emoji_Presentation}|[\u1100-\u115F\u2E80-\uA4CF\uAC00-\uD7A3\uF900-\uFAFF\uFE30-\uFE6F\uFF00-\uFF60\uFFE0-\uFFE6]/u;
const without = /[\p{Mn}\p{Me}\p{Cf}]/u;

/** Columns that a text takes on a terminal; colours take none, East Asian characters and emoji two. */
export function widthOf(text: string): number {
  let width = 0;
  for (const character of stripVTControlCharacters(text)) width += columnsOf(character);
  return width;
}

export function padEnd(text: string, columns: number): string {
  return text + ' '.repeat(Math.max(0, columns - widthOf(text)));
}

/** Cuts a text to so many columns, the last one an ellipsis; colours stay whole. */
export function cut(text: string, columns: number): string {
  if (widthOf(text) <= columns) return text;
  let left = columns - 1;
  let full = false;
  const parts = text.split(colourSequence).map((part, index) => {
    if (index % 2 === 1) return part;
    let kept = '';
    for (const character of part) {
      left -= full ? 0 : columnsOf(character);
      if (!full && left < 0) kept += '…';
      full ||= left < 0;
      if (!full) kept += character;
    }
    return kept;
  });
  return parts.join('');
}

function columnsOf(character: string): number {
  if (without.test(character)) return 0;
  return wide.test(character) ? 2 : 1;
}
