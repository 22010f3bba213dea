/**
 * Step Functions writes members in PascalCase (`BuildStatus`) where CodeBuild's wire has camelCase (`buildStatus`).
 * Times become milliseconds since the epoch; the wire has seconds, the SDK has dates.
 */
export function toPascalCase(value: unknown): unknown {
  return mapMembers(value, (name) => name.charAt(0).toUpperCase() + name.slice(1));
}

export function fromPascalCase(value: unknown): unknown {
  return mapMembers(value, (name) => name.charAt(0).toLowerCase() + name.slice(1));
}

// Larger numbers of seconds lie beyond the year 5000, smaller numbers of milliseconds before the spring of 1973.
const SECONDS_BELOW = 100_000_000_000;

function mapMembers(value: unknown, rename: (name: string) => string): unknown {
  if (value instanceof Date) return value.getTime();
  if (Array.isArray(value)) return value.map((each: unknown) => mapMembers(each, rename));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, member]: [string, unknown]) => [
      rename(name),
      name.endsWith('Time') && typeof member === 'number' && member < SECONDS_BELOW
        ? Math.round(member * 1000)
        : mapMembers(member, rename),
    ]),
  );
}
