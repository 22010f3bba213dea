import { isLineBreak, type Cover, type Matcher } from './matcher.ts';
import { phraseAutomaton } from './phrase-automaton.ts';

/** A shorter form is looked for on one line only: the end of a line and the start of the next may look like it by chance. */
const shortestFolded = 8;

/**
 * Finds known texts, also where a program has folded them over several lines: line breaks between two characters of one are
 * passed over.
 */
export function valueMatchers(forms: readonly string[]): (cover: Cover) => Matcher {
  const folded = new Map<string, boolean>();
  let longestGap = 1;
  for (const form of forms) {
    const joined = form.replaceAll(/[\r\n]+/g, '');
    if (joined === '') continue;
    for (const [gap] of form.matchAll(/[\r\n]+/g)) longestGap = Math.max(longestGap, gap.length);
    folded.set(joined, folded.get(joined) === true || joined.length >= shortestFolded || joined !== form);
  }
  const automaton = phraseAutomaton([...folded.keys()]);
  const mayFold = [...folded.values()];
  // A break may be written as two characters, whatever it was in the value.
  const mostBreaks = 2 * longestGap;
  const places = 2 ** Math.ceil(Math.log2(automaton.longest + 1));

  return (cover) => {
    // Where each of the last characters stands, since a found length does not count the breaks between them.
    const place = new Float64Array(places);
    const placeOf = (back: number): number => place[(read - back) & (places - 1)] ?? 0;
    let read = 0;
    let breaks = 0;
    let state = 0;
    return {
      step(code, at) {
        if (isLineBreak(code)) {
          if (++breaks > mostBreaks) state = 0;
          return;
        }
        breaks = 0;
        place[++read & (places - 1)] = at;
        state = automaton.next(state, code);
        for (let found = automaton.ending(state); found !== 0; found = automaton.shorterEnding(found)) {
          const length = automaton.depth(found);
          const start = placeOf(length - 1);
          if (mayFold[automaton.phraseAt(found)] !== true && at - start + 1 > length) continue;
          cover(start, at + 1);
          break;
        }
      },
      heldFrom: () => (state === 0 ? Infinity : placeOf(automaton.depth(state) - 1)),
    };
  };
}
