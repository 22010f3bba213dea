/** Tells which paths belong to a stage's inputs, and which patterns matched nothing. */
export interface InputMatcher {
  readonly matches: (path: string) => boolean;
  /** Patterns without `!` that none of the paths asked about has matched. */
  readonly unused: () => readonly string[];
}

/**
 * `*` and `?` stay within a name, `**` crosses them, a path of a directory means all beneath it, and `!` in front takes out
 * again; the last pattern that matches decides. Everything else is literal, brackets and braces too.
 */
export function inputMatcher(patterns: readonly string[]): InputMatcher {
  const rules = patterns.map((pattern) => {
    const out = pattern.startsWith('!');
    return { pattern, out, wanted: namesIn(out ? pattern.slice(1) : pattern) };
  });
  const used = new Set<string>();
  return {
    matches(path) {
      let within = false;
      const names = path.split('/');
      for (const { pattern, out, wanted } of rules) {
        if (!isMatch(wanted, names)) continue;
        used.add(pattern);
        within = !out;
      }
      return within;
    },
    unused: () => rules.filter(({ pattern, out }) => !out && !used.has(pattern)).map(({ pattern }) => pattern),
  };
}

/** What a pattern names may be a directory: everything beneath is meant. */
function namesIn(pattern: string): readonly string[] {
  return [...pattern.split('/').filter(Boolean), '**'];
}

/** Names of a path against those of a pattern; as in `isName`, with `**` for any names, or none. */
function isMatch(wanted: readonly string[], names: readonly string[]): boolean {
  return isSequence(wanted, names, (each) => each === '**', isName);
}

/** One name against one of a pattern, with `*` for any characters. Not by an expression: those can take time without end. */
function isName(wanted: string, name: string): boolean {
  const isSame = (each: string, character: string): boolean => each === '?' || each === character;
  return isSequence(Array.from(wanted), Array.from(name), (each) => each === '*', isSame);
}

/** Goes back only to the last wildcard, which is enough: what an earlier one could take, the last one can take as well. */
function isSequence(
  wanted: readonly string[],
  present: readonly string[],
  isAny: (wanted: string) => boolean,
  isOne: (wanted: string, present: string) => boolean,
): boolean {
  let at = 0;
  let last: { readonly wanted: number; present: number } | undefined;
  for (let index = 0; index < present.length;) {
    const each = wanted[at];
    if (each !== undefined && isAny(each)) {
      last = { wanted: at, present: index };
      at += 1;
    } else if (each !== undefined && isOne(each, present[index] ?? '')) {
      at += 1;
      index += 1;
    } else if (last) {
      last.present += 1;
      index = last.present;
      at = last.wanted + 1;
    } else return false;
  }
  return wanted.slice(at).every(isAny);
}
