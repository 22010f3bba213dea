import { invalidParameter } from './log-input.ts';

/**
 * Reads a filter pattern as the substrings that a message must hold, all of them, in any order. `ERROR "exit status 1"` is two.
 *
 * @throws ServiceFault `InvalidParameterException` for the richer patterns of CloudWatch (`?or`, `-not`, `%regex%`, `{json}`,
 *   `[columns]`): to read them as text would quietly select other events.
 */
export function requiredTexts(pattern: string): readonly string[] {
  const texts: string[] = [];
  const term = /\s*(?:"((?:[^"\\]|\\.)*)"|([A-Za-z0-9_]+))(?=\s|$)\s*/y;
  while (term.lastIndex < pattern.trimEnd().length) {
    const match = term.exec(pattern);
    if (!match) {
      throw invalidParameter(
        `Invalid filter pattern: the local endpoint reads words and "quoted text" only, and found ${pattern}`,
      );
    }
    const text = match[1]?.replaceAll(/\\(.)/g, '$1') ?? match[2] ?? '';
    if (text !== '') texts.push(text);
  }
  return texts;
}
