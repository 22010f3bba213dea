import { scrub } from '../redaction/scrub.ts';

const longest = 500;

/**
 * A text as one line that is safe to send anywhere: without what looks like a credential, without line breaks and control
 * characters, which would begin a header or forge a line, and of a bounded length.
 */
export function plainLine(text: string): string {
  // What does not print, and what turns the direction of the text around it.
  const line = scrub(text)
    .replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\s]+/gu, ' ')
    .trim();
  // Never within one of the pairs that some characters are made of.
  return line.length > longest ? `${line.slice(0, longest - 1).replace(/[\uD800-\uDBFF]$/, '')}…` : line;
}
