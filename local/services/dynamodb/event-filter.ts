/**
 * A Lambda filter pattern, as far as the catalog of functions uses it: nested objects whose leaves are lists of alternatives, each a
 * value that must be equal, a `{ prefix }` of a text, or `{ exists: false }`.
 */
export interface FilterPattern {
  readonly [member: string]: FilterPattern | readonly FilterAlternative[];
}

export type FilterAlternative =
  | string
  | number
  | boolean
  | null
  | { readonly prefix: string }
  | { readonly exists: boolean };

/** All members of the pattern must match; what the pattern does not name is free. */
export function matchesPattern(pattern: FilterPattern, value: unknown): boolean {
  // Of what is not there nothing can be equal, and everything can be absent.
  const members = typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  return Object.entries(pattern).every(([name, wanted]) => {
    const member = Object.hasOwn(members, name) ? members[name] : undefined;
    return isAlternatives(wanted)
      ? wanted.some((alternative) => matches(alternative, member))
      : matchesPattern(wanted, member);
  });
}

function matches(alternative: FilterAlternative, member: unknown): boolean {
  if (typeof alternative !== 'object' || alternative === null) return member === alternative;
  if ('exists' in alternative) return alternative.exists === (member !== undefined);
  return typeof member === 'string' && member.startsWith(alternative.prefix);
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
      const known =
        operators.length === 1 &&
        (('prefix' in alternative && typeof alternative.prefix === 'string') ||
          ('exists' in alternative && typeof alternative.exists === 'boolean'));
      if (!known) {
        const said = operators.join(', ');
        throw new Error(`${here}: only equal values, { prefix } and { exists } are known here, not "${said}".`);
      }
    }
  }
}

function isAlternatives(wanted: FilterPattern | readonly FilterAlternative[]): wanted is readonly FilterAlternative[] {
  return Array.isArray(wanted);
}
