/**
 * A Lambda filter pattern, as far as the catalog of functions uses it: nested objects whose leaves are lists of alternatives, each a
 * value that must be equal or a `{ prefix }` of a text.
 */
export interface FilterPattern {
  readonly [member: string]: FilterPattern | readonly FilterAlternative[];
}

export type FilterAlternative = string | number | boolean | null | { readonly prefix: string };

/** All members of the pattern must match; what the pattern does not name is free. */
export function matchesPattern(pattern: FilterPattern, value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return Object.entries(pattern).every(([name, wanted]) => {
    const member: unknown = Object.hasOwn(value, name) ? (value as Record<string, unknown>)[name] : undefined;
    if (!isAlternatives(wanted)) return matchesPattern(wanted, member);
    return wanted.some((alternative) =>
      typeof alternative === 'object' && alternative !== null
        ? typeof member === 'string' && member.startsWith(alternative.prefix)
        : member === alternative,
    );
  });
}

/**
 * Refuses what this matcher does not know, such as `anything-but`, instead of matching nothing for ever.
 *
 * @throws Error naming the member
 */
export function checkPattern(pattern: FilterPattern, path = 'filter'): void {
  for (const [name, wanted] of Object.entries(pattern)) {
    const here = `${path}.${name}`;
    if (!isAlternatives(wanted)) {
      checkPattern(wanted, here);
      continue;
    }
    for (const alternative of wanted) {
      if (typeof alternative !== 'object' || alternative === null) continue;
      const operators = Object.keys(alternative);
      if (operators.join() !== 'prefix' || typeof alternative.prefix !== 'string') {
        throw new Error(`${here}: only equal values and { prefix } are known here, not "${operators.join(', ')}".`);
      }
    }
  }
}

function isAlternatives(wanted: FilterPattern | readonly FilterAlternative[]): wanted is readonly FilterAlternative[] {
  return Array.isArray(wanted);
}
