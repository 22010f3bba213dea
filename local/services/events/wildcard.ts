import { invalidPattern } from './pattern-fault.ts';

/**
 * `*` stands for any characters, also for none; `\*` and `\\` for themselves.
 *
 * @throws ServiceFault `InvalidEventPatternException`
 */
export function compileWildcard(text: string): (value: string) => boolean {
  const pieces: string[] = [''];
  const append = (literal: string): void => {
    pieces[pieces.length - 1] += literal;
  };
  for (let index = 0; index < text.length; index++) {
    const character = text.charAt(index);
    if (character === '*') {
      if (text[index + 1] === '*') throw invalidPattern('Consecutive wildcard characters in wildcard');
      pieces.push('');
    } else if (character === '\\') {
      const escaped = text[++index];
      if (escaped !== '*' && escaped !== '\\') throw invalidPattern('Invalid escape character in wildcard');
      append(escaped);
    } else append(character);
  }
  return (value) => matchesPieces(value, pieces);
}

/** Each piece as early as possible, the last one at the end: no backtracking, so no text is slow. */
function matchesPieces(value: string, pieces: readonly string[]): boolean {
  const first = pieces[0] ?? '';
  if (pieces.length === 1) return value === first;
  if (!value.startsWith(first)) return false;
  let at = first.length;
  for (const piece of pieces.slice(1, -1)) {
    const found = value.indexOf(piece, at);
    if (found < 0) return false;
    at = found + piece.length;
  }
  const last = pieces.at(-1) ?? '';
  return value.length - last.length >= at && value.endsWith(last);
}
