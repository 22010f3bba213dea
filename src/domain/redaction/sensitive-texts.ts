/** Shorter lines and members are left alone: they are words that a log is full of. */
const shortestPart = 8;

/**
 * What of a secret's value must not be seen: the value, each line of one with several (a key in PEM is printed line by line
 * too), and each text in one that is JSON, since its user takes it apart.
 */
export function sensitiveTexts(value: string): readonly string[] {
  const parts = [...value.split(/[\r\n]+/).map((line) => line.trim()), ...textsIn(jsonOf(value))];
  return [...new Set([value, ...parts.filter(({ length }) => length >= shortestPart)])];
}

function jsonOf(value: string): unknown {
  if (!/^\s*[[{"]/.test(value)) return undefined;
  try {
    return JSON.parse(value);
  } catch {
    return undefined;
  }
}

function textsIn(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value];
  if (typeof value !== 'object' || value === null) return [];
  return Object.values(value).flatMap((each: unknown) => textsIn(each));
}
