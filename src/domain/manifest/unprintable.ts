// Control characters other than tab and the two line ends, a carriage return without its line feed (which editors show
// as a line end and YAML does not), halves of surrogate pairs, marks that reorder or hide text on a reviewer's screen,
// a byte order mark inside the text, and what stands in for bytes that somebody on the way could not read as UTF-8.
const unprintable = /[^\P{Cc}\t\n\r]|\r(?!\n)|[\p{Cs}\u200B\u202A-\u202E\u2060\u2066-\u2069\uFEFF\uFFFD-\uFFFF]/gu;

/** Offsets and names (`U+0007`) of the characters that a manifest cannot hold, at most `limit`. */
export function findUnprintable(text: string, limit: number): readonly { offset: number; name: string }[] {
  return text
    .matchAll(unprintable)
    .take(limit)
    .map(({ index, 0: character }) => ({ offset: index, name: nameOf(character) }))
    .toArray();
}

function nameOf(character: string): string {
  return `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;
}
