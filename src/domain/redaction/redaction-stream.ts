import type { Cover, Matcher } from './matcher.ts';

/** A text on its way through, in pieces cut anywhere. */
export interface TextStream {
  /** What can be said for certain by now; only what may be the beginning of a secret stays behind. */
  push(text: string): string;
  /** What had stayed behind. Nothing may be pushed afterwards. */
  end(): string;
}

/** Stands for each secret stretch of a line. Line breaks are kept, so that no line is lost or moves. */
export const mask = '***';

interface Stretch {
  start: number;
  end: number;
}

export function redactionStream(makeMatchers: readonly ((cover: Cover) => Matcher)[]): TextStream {
  /** Sorted and apart from each other. */
  let covered: Stretch[] = [];
  let held = '';
  let heldStart = 0;
  let at = 0;
  /** Whether what was given out last is a mask that the next secret character belongs to. */
  let masked = false;

  const matchers = makeMatchers.map((make) =>
    make((from, to) => {
      let start = from;
      let end = to;
      for (let last = covered.at(-1); last && last.end >= start; last = covered.at(-1)) {
        start = Math.min(start, last.start);
        end = Math.max(end, last.end);
        covered.pop();
      }
      covered.push({ start, end });
    }),
  );

  const plain = (text: string): string => {
    if (text !== '') masked = false;
    return text;
  };
  const hidden = (text: string): string =>
    text.replaceAll(/[\r\n]+|[^\r\n]+/g, (piece) => {
      if (piece.startsWith('\n') || piece.startsWith('\r')) return plain(piece);
      const shown = masked ? '' : mask;
      masked = true;
      return shown;
    });
  const release = (until: number): string => {
    const pieces: string[] = [];
    let from = heldStart;
    const upTo = (end: number): string => {
      const text = held.slice(from - heldStart, end - heldStart);
      from = end;
      return text;
    };
    const kept: Stretch[] = [];
    for (const { start, end } of covered) {
      if (start < until) pieces.push(plain(upTo(start)), hidden(upTo(Math.min(end, until))));
      if (end > until) kept.push({ start: Math.max(start, until), end });
    }
    pieces.push(plain(upTo(until)));
    covered = kept;
    held = held.slice(until - heldStart);
    heldStart = until;
    return pieces.join('');
  };

  return {
    push(text) {
      held += text;
      for (let index = 0; index < text.length; index++, at++) {
        const code = text.charCodeAt(index);
        for (const matcher of matchers) matcher.step(code, at);
      }
      return release(matchers.reduce((from, matcher) => Math.min(from, matcher.heldFrom()), at));
    },
    end: () => release(at),
  };
}
