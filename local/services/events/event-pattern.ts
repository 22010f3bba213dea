import { invalidPattern, isObject } from './pattern-fault.ts';
import { compileTest, type PathTest } from './pattern-test.ts';
import { flattenEvent, type EventField } from './flatten-event.ts';

export type EventMatcher = (event: unknown) => boolean;

/** One way to match: every path's test must hold. */
type Conjunction = readonly { readonly path: string; readonly test: PathTest }[];

/** EventBridge calls a pattern whose `$or`s multiply to more than this too complex. */
const MOST_COMBINATIONS = 1000;

/**
 * Compiles an event pattern as the EventBridge user guide describes the language: `$or` is multiplied out into
 * conjunctions of tests on paths, and a conjunction matches when every path finds a value that passes its test, all
 * of them out of the same elements of the arrays on the way.
 *
 * @throws ServiceFault `InvalidEventPatternException`
 */
export function compilePattern(text: string): EventMatcher {
  let pattern: unknown;
  try {
    pattern = JSON.parse(text);
  } catch {
    throw invalidPattern('it is not JSON');
  }
  if (!isObject(pattern)) throw invalidPattern('Filter is not an object');
  const conjunctions = expand(pattern, []);
  return (event) => {
    const fields = Map.groupBy(flattenEvent(event), (field) => field.path);
    return conjunctions.some((conjunction) => holds(conjunction, 0, fields, new Map()));
  };
}

function expand(pattern: Record<string, unknown>, parents: readonly string[]): Conjunction[] {
  if (Object.keys(pattern).length === 0) throw invalidPattern('Empty objects are not allowed');
  let conjunctions: Conjunction[] = [[]];
  for (const [key, value] of Object.entries(pattern)) {
    const ways = key === '$or' ? expandOr(value, parents) : expandField(value, [...parents, key]);
    conjunctions = conjunctions.flatMap((before) => ways.map((way) => [...before, ...way]));
    if (conjunctions.length > MOST_COMBINATIONS)
      throw invalidPattern('Rule is too complex: $or makes too many combinations');
  }
  return conjunctions;
}

function expandOr(value: unknown, parents: readonly string[]): Conjunction[] {
  if (!Array.isArray(value) || value.length < 2 || !value.every(isObject)) {
    throw invalidPattern('$or must be an array of at least two objects');
  }
  return value.flatMap((alternative) => expand(alternative, parents));
}

function expandField(value: unknown, path: readonly string[]): Conjunction[] {
  if (isObject(value)) return expand(value, path);
  const name = path.join('.');
  if (!Array.isArray(value)) throw invalidPattern(`"${name}" must be an object or an array`);
  if (value.length === 0) throw invalidPattern(`Empty arrays are not allowed: "${name}"`);
  return [[{ path: path.join('\0'), test: compileTest(value, name) }]];
}

/** Tries the fields of one path after another, going back where a choice leaves nothing for a later path. */
function holds(
  conjunction: Conjunction,
  index: number,
  fields: ReadonlyMap<string, readonly EventField[]>,
  chosen: ReadonlyMap<string, number>,
): boolean {
  const term = conjunction[index];
  if (!term) return true;
  const candidates = fields.get(term.path);
  if (!candidates) return term.test.absent && holds(conjunction, index + 1, fields, chosen);
  return candidates.some((field) => {
    for (const [array, element] of field.elements) {
      if ((chosen.get(array) ?? element) !== element) return false;
    }
    return (
      term.test.present(field.value) && holds(conjunction, index + 1, fields, new Map([...chosen, ...field.elements]))
    );
  });
}
