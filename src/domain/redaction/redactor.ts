import { credentialPatterns } from './credential-patterns.ts';
import type { SecretPattern } from './pattern.ts';
import { patternMatchers } from './pattern-matcher.ts';
import { redactionStream, type TextStream } from './redaction-stream.ts';
import { asBinary, secretForms } from './secret-forms.ts';
import { sensitiveTexts } from './sensitive-texts.ts';
import { valueMatchers } from './value-matcher.ts';

/** Takes secrets out of text. Each takes time in proportion to the text's length, whatever the text is. */
export interface Redactor {
  readonly redact: (text: string) => string;
  /** As many lines as were given, each with what stands for secrets in it; a secret may go over several. */
  readonly redactLines: (lines: readonly string[]) => readonly string[];
  /** The same for a text that comes in pieces. */
  readonly stream: () => TextStream;
}

interface RedactorOptions {
  /** Secrets by their values, found in every form that `secretForms` knows. Those under four characters are not looked for. */
  readonly values?: readonly string[];
  /** What looks like a credential, whoever's. Default: `credentialPatterns`. */
  readonly patterns?: readonly SecretPattern[];
  /** The texts are bytes, one character for each: values are looked for by their UTF-8 bytes. */
  readonly binary?: boolean;
}

export function createRedactor(options: RedactorOptions = {}): Redactor {
  const { values = [], patterns = credentialPatterns, binary = false } = options;
  const forms = [...new Set(values.flatMap(sensitiveTexts).flatMap(secretForms))];
  const makers = [
    ...(forms.length > 0 ? [valueMatchers(binary ? forms.map(asBinary) : forms)] : []),
    ...(patterns.length > 0 ? [patternMatchers(patterns)] : []),
  ];
  const stream = (): TextStream => redactionStream(makers);
  const redact = (text: string): string => {
    const whole = stream();
    return whole.push(text) + whole.end();
  };
  return {
    stream,
    redact,
    redactLines(lines) {
      // Line breaks come out as they went in, those inside of a line too.
      const redacted = redact(lines.join('\n')).split('\n');
      return lines.map((line) => redacted.splice(0, line.split('\n').length).join('\n'));
    },
  };
}
