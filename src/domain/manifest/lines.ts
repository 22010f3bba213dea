/** A place in a text as editors count: both from 1, columns in UTF-16 code units. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

/** From offsets to lines and columns of a text. */
export function linesOf(text: string): { placeAt(offset: number): Place } {
  const starts = [0];
  for (let end = text.indexOf('\n'); end !== -1; end = text.indexOf('\n', end + 1)) starts.push(end + 1);
  return {
    placeAt(offset) {
      const line = starts.findLastIndex((start) => start <= offset);
      return { line: line + 1, column: offset - (starts[line] ?? 0) + 1 };
    },
  };
}
