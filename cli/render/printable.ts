import { stripVTControlCharacters } from 'node:util';
import { colourSequence } from './sequence.ts';

/**
 * Text from elsewhere (a log, a commit, a manifest) made safe for a terminal: it may bring colours where there are
 * colours, but no other control sequence, and no character that turns what follows around.
 */
export function printable(text: string, colours: boolean): string {
  if (!colours) return visible(stripVTControlCharacters(text));
  const parts = text.split(colourSequence);
  const safe = parts.map((part, index) => (index % 2 === 1 ? part : visible(stripVTControlCharacters(part)))).join('');
  return parts.length > 1 ? `${safe}\u001B[0m` : safe;
}

function visible(text: string): string {
  return text
    .replaceAll('\t', '    ')
    .replaceAll(/\p{Cc}|[\u061C\u200E\u200F\u2028-\u202E\u2066-\u2069]/gu, (character) => {
      const code = character.codePointAt(0) ?? 0;
      // Control characters below the blank have pictures of their own.
      return code < 32 ? String.fromCodePoint(0x24_00 + code) : '\uFFFD';
    });
}
