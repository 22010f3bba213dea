/**
 * The known word that a mistyped one was probably meant to be, if one is near enough: the same letters in another
 * case or with other separators, the beginning of exactly one known word (`memory` for `memoryMb`), or an edit
 * distance of at most a third of the known word's length.
 */
export function nearest(word: string, known: readonly string[]): string | undefined {
  const typed = lettersOf(word);
  if (typed.length < 2) return undefined;
  const same = known.find((candidate) => lettersOf(candidate) === typed);
  if (same !== undefined) return same;

  const [best] = known
    .map((candidate) => ({ candidate, distance: editDistance(typed, lettersOf(candidate)) }))
    .filter(({ candidate, distance }) => distance <= Math.max(1, Math.floor(candidate.length / 3)))
    .sort((left, right) => left.distance - right.distance);
  if (best) return best.candidate;

  const begun = typed.length < 3 ? [] : known.filter((candidate) => lettersOf(candidate).startsWith(typed));
  return begun.length === 1 ? begun[0] : undefined;
}

function lettersOf(word: string): string {
  return word.slice(0, 100).toLowerCase().replaceAll(/[-_ ]/g, '');
}

/** Insertions, deletions, replacements and swaps of neighbours that turn one word into the other. */
function editDistance(left: string, right: string): number {
  let beforePrevious: number[] = [];
  let previous = Array.from({ length: right.length + 1 }, (_, index) => index);
  for (let row = 1; row <= left.length; row++) {
    const current = [row];
    for (let column = 1; column <= right.length; column++) {
      const replaced = at(previous, column - 1) + (left[row - 1] === right[column - 1] ? 0 : 1);
      let cost = Math.min(replaced, at(previous, column) + 1, at(current, column - 1) + 1);
      const swapped = left[row - 1] === right[column - 2] && left[row - 2] === right[column - 1];
      if (swapped && row > 1 && column > 1) cost = Math.min(cost, at(beforePrevious, column - 2) + 1);
      current.push(cost);
    }
    beforePrevious = previous;
    previous = current;
  }
  return at(previous, right.length);
}

function at(row: readonly number[], column: number): number {
  return row[column] ?? Number.POSITIVE_INFINITY;
}
