import { isLineBreak, type Cover, type Matcher } from './matcher.ts';
import { has, type SecretPattern, type Until } from './pattern.ts';
import { phraseAutomaton, type PhraseAutomaton } from './phrase-automaton.ts';

/** A break is one or two characters; an empty line ends a token. */
const mostBreaks = 2;
// A letter before a word may be that of an escape, `\n` or `%3D`.
const excluded = { word: /(?<!\\(?=[nrt]))(?<!%[0-9A-Fa-f](?=[0-9A-Fa-f]))[A-Za-z0-9_]$/, arn: /:$/ } as const;
const dash = 45;
const dashes = 5;

/** A match under way. Of one pattern there is one at a time: a second could only begin inside the first. */
interface Thread {
  readonly pattern: SecretPattern;
  part: number;
  /** Characters that the present part has taken. */
  taken: number;
  breaks: number;
  /** How much of an `until` text has been seen. */
  seen: number;
  certain: boolean;
  secretFrom: number;
  secretTo: number;
}

interface Anchors {
  readonly automaton: PhraseAutomaton;
  readonly patterns: readonly (readonly number[])[];
}

/** Finds what looks like a credential. */
export function patternMatchers(patterns: readonly SecretPattern[]): (cover: Cover) => Matcher {
  const tokens = anchorsOf(patterns, 'token');
  const contexts = anchorsOf(patterns, 'context');

  return (cover) => {
    const threads: (Thread | undefined)[] = patterns.map(() => undefined);
    const alive = new Set<number>();
    let tokenState = 0;
    let contextState = 0;
    let next = 0;
    // The last characters, to look at what stands before an anchor.
    const recent = new Uint16Array(64);

    const textBefore = (start: number): string =>
      [3, 2, 1].map((back) => (back > start ? ' ' : String.fromCharCode(recent[(start - back) & 63] ?? 0))).join('');
    const begin = (index: number, length: number, at: number): void => {
      const pattern = patterns[index];
      if (!pattern || alive.has(index)) return;
      const start = at - length + 1;
      if (pattern.notIn && excluded[pattern.notIn].test(textBefore(start))) return;
      const isToken = pattern.kind === 'token';
      const secret = { secretFrom: isToken ? start : -1, secretTo: isToken ? at + 1 : -1 };
      threads[index] = { pattern, part: 0, taken: 0, breaks: 0, seen: 0, certain: false, ...secret };
      alive.add(index);
    };
    const beginAll = ({ automaton, patterns: begun }: Anchors, state: number, at: number): void => {
      for (let found = automaton.ending(state); found !== 0; found = automaton.shorterEnding(found)) {
        for (const index of begun[automaton.phraseAt(found)] ?? []) begin(index, automaton.depth(found), at);
      }
    };

    return {
      step(code, at) {
        next = at + 1;
        if (alive.size > 0) {
          for (const index of alive) {
            const thread = threads[index];
            if (!thread || !advance(thread, code, at, cover)) alive.delete(index);
          }
        }
        recent[at & 63] = code;
        tokenState = tokens.automaton.next(tokenState, code);
        beginAll(tokens, tokenState, at);
        contextState = contexts.automaton.next(contextState, code >= 65 && code <= 90 ? code + 32 : code);
        beginAll(contexts, contextState, at);
      },
      heldFrom() {
        let from = tokenState === 0 ? Infinity : next - tokens.automaton.depth(tokenState);
        for (const index of alive) {
          const thread = threads[index];
          if (thread && !thread.certain && thread.secretFrom >= 0) from = Math.min(from, thread.secretFrom);
        }
        return from;
      },
    };
  };
}

function anchorsOf(patterns: readonly SecretPattern[], kind: SecretPattern['kind']): Anchors {
  const byAnchor = new Map<string, number[]>();
  for (const [index, pattern] of patterns.entries()) {
    if (pattern.kind !== kind) continue;
    const anchor = kind === 'context' ? pattern.anchor.toLowerCase() : pattern.anchor;
    byAnchor.set(anchor, [...(byAnchor.get(anchor) ?? []), index]);
  }
  return { automaton: phraseAutomaton([...byAnchor.keys()]), patterns: [...byAnchor.values()] };
}

/** @returns whether the match goes on */
function advance(thread: Thread, code: number, at: number, cover: Cover): boolean {
  const { parts, certainAt = parts.length - 1 } = thread.pattern;
  for (;;) {
    const part = parts[thread.part];
    if (!part) return false;
    if (part.kind === 'until') return take(thread, part, code, at, cover);
    if (part.folds && isLineBreak(code) && (thread.taken < part.least || thread.part < parts.length - 1)) {
      return ++thread.breaks <= mostBreaks;
    }
    if (thread.taken < part.most && has(part.set, code)) {
      thread.taken += 1;
      thread.breaks = 0;
      if (part.secret) note(thread, at, cover);
      if (!thread.certain && thread.part === certainAt && thread.taken >= part.least) settle(thread, cover);
      return true;
    }
    if (thread.taken < part.least) return false;
    pass(thread);
  }
}

function take(thread: Thread, part: Until, code: number, at: number, cover: Cover): boolean {
  note(thread, at, cover);
  thread.taken += 1;
  if (code === part.text.charCodeAt(thread.seen)) thread.seen += 1;
  else if (code === dash) thread.seen = thread.seen === dashes ? dashes : 1;
  else thread.seen = 0;
  if (thread.seen === part.text.length) pass(thread);
  return thread.taken < part.most;
}

function note(thread: Thread, at: number, cover: Cover): void {
  if (thread.secretFrom < 0) thread.secretFrom = at;
  thread.secretTo = at + 1;
  if (thread.certain) cover(at, at + 1);
}

function settle(thread: Thread, cover: Cover): void {
  thread.certain = true;
  if (thread.secretFrom >= 0) cover(thread.secretFrom, thread.secretTo);
}

function pass(thread: Thread): void {
  thread.part += 1;
  thread.taken = 0;
  thread.seen = 0;
}
