import { createRedactor } from './redactor.ts';

const byPatterns = createRedactor();

/** A text without what looks like a credential: for texts of which no one can say which secrets they could hold. */
export function scrub(text: string): string {
  return byPatterns.redact(text);
}

/** As many lines as were given; see `Redactor`. */
export function scrubLines(lines: readonly string[]): readonly string[] {
  return byPatterns.redactLines(lines);
}
