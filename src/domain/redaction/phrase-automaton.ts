/** Finds many phrases in one pass over a text, whatever they have in common (Aho and Corasick, 1975). States are numbers, 0 is the root. */
export interface PhraseAutomaton {
  /** The state after one more character. Over a whole text its cost is linear in the text's length. */
  next(state: number, code: number): number;
  /** Length of the longest beginning of a phrase that the text read so far ends with. */
  depth(state: number): number;
  /** The state of the longest phrase that ends here; 0 when none does. */
  ending(state: number): number;
  /** The next shorter phrase that ends at the same place, from a state that `ending` gave. */
  shorterEnding(state: number): number;
  /** Index of the phrase of a state that `ending` gave. */
  phraseAt(state: number): number;
  readonly longest: number;
}

/** Phrases are counted in UTF-16 units; each must have one at least and stand once. */
export function phraseAutomaton(phrases: readonly string[]): PhraseAutomaton {
  const most = phrases.reduce((sum, phrase) => sum + phrase.length, 1);
  const firstChild = new Int32Array(most);
  const sibling = new Int32Array(most);
  const codes = new Uint16Array(most);
  const fail = new Int32Array(most);
  const depths = new Int32Array(most);
  const phraseOf = new Int32Array(most).fill(-1);
  const endings = new Int32Array(most);
  // Nearly every character is looked up at the root.
  const atRoot = new Map<number, number>();
  let count = 1;

  const child = (state: number, code: number): number => {
    if (state === 0) return atRoot.get(code) ?? 0;
    for (let each = firstChild[state] ?? 0; each !== 0; each = sibling[each] ?? 0)
      if (codes[each] === code) return each;
    return 0;
  };
  const next = (from: number, code: number): number => {
    for (let state = from; ; state = fail[state] ?? 0) {
      const found = child(state, code);
      if (found !== 0 || state === 0) return found;
    }
  };

  for (const [index, phrase] of phrases.entries()) {
    let state = 0;
    for (let at = 0; at < phrase.length; at++) {
      const code = phrase.charCodeAt(at);
      let found = child(state, code);
      if (found === 0) {
        found = count++;
        codes[found] = code;
        depths[found] = at + 1;
        if (state === 0) atRoot.set(code, found);
        sibling[found] = firstChild[state] ?? 0;
        firstChild[state] = found;
      }
      state = found;
    }
    phraseOf[state] = index;
  }

  const queue = new Int32Array(count);
  let tail = 0;
  for (const state of atRoot.values()) queue[tail++] = state;
  for (let head = 0; head < tail; head++) {
    const state = queue[head] ?? 0;
    endings[state] = phraseOf[state] === -1 ? (endings[fail[state] ?? 0] ?? 0) : state;
    for (let each = firstChild[state] ?? 0; each !== 0; each = sibling[each] ?? 0) {
      fail[each] = next(fail[state] ?? 0, codes[each] ?? 0);
      queue[tail++] = each;
    }
  }

  return {
    next,
    depth: (state) => depths[state] ?? 0,
    ending: (state) => endings[state] ?? 0,
    shorterEnding: (state) => endings[fail[state] ?? 0] ?? 0,
    phraseAt: (state) => phraseOf[state] ?? -1,
    longest: phrases.reduce((most, { length }) => Math.max(most, length), 0),
  };
}
