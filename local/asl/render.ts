import { evaluate, expressionIn, messageOf } from './expression.ts';
import type { Json, JsonObject } from './json.ts';

/** A JSONata expression failed, or gave nothing, or gave what its field cannot hold. */
export class QueryFailure extends Error {
  override readonly name = 'QueryFailure';
  /** The field, as Step Functions names it: `Arguments/Payload/id`. */
  readonly location: string;

  constructor(expression: string, location: string, problem: string) {
    super(`The JSONata expression '${expression}' specified for the field '${location}' ${problem}`);
    this.location = location;
  }
}

/** A state was given an input that it cannot work on. */
export class InputFailure extends Error {
  override readonly name = 'InputFailure';
}

/**
 * Fills a template: each string of the form `{% … %}`, however deep, becomes the value of its expression.
 *
 * @throws QueryFailure
 */
export async function render(
  template: Json,
  location: string,
  bindings: Readonly<Record<string, unknown>>,
): Promise<Json> {
  const expression = expressionIn(template);
  if (expression !== undefined) return query(expression, location, bindings);
  if (Array.isArray(template)) {
    const items: Json[] = [];
    for (const [index, item] of template.entries())
      items.push(await render(item as Json, `${location}[${index}]`, bindings));
    return items;
  }
  if (typeof template === 'object' && template !== null) {
    const members: Record<string, Json> = {};
    for (const [key, member] of Object.entries(template as JsonObject)) {
      members[key] = await render(member, `${location}/${key}`, bindings);
    }
    return members;
  }
  return template;
}

async function query(expression: string, location: string, bindings: Readonly<Record<string, unknown>>): Promise<Json> {
  let value: Json | undefined;
  try {
    value = await evaluate(expression, bindings);
  } catch (error) {
    throw new QueryFailure(expression, location, `threw an error during evaluation. ${messageOf(error)}`);
  }
  if (value === undefined) throw new QueryFailure(expression, location, 'returned nothing (undefined).');
  return value;
}

const KINDS = {
  array: (value: Json): value is readonly Json[] => Array.isArray(value),
  number: (value: Json): value is number => typeof value === 'number',
  string: (value: Json): value is string => typeof value === 'string',
  boolean: (value: Json): value is boolean => typeof value === 'boolean',
} as const;
interface KindOf {
  array: readonly Json[];
  number: number;
  string: string;
  boolean: boolean;
}

/**
 * Fills a field that holds one value of a given kind.
 *
 * @throws QueryFailure also when the value is of another kind
 */
export async function renderAs<K extends keyof KindOf>(
  kind: K,
  template: Json,
  location: string,
  bindings: Readonly<Record<string, unknown>>,
): Promise<KindOf[K]> {
  const value = await render(template, location, bindings);
  if (KINDS[kind](value)) return value as KindOf[K];
  const actual = value === null ? 'null' : Array.isArray(value) ? 'array' : typeof value;
  throw new QueryFailure(
    expressionIn(template) ?? JSON.stringify(template),
    location,
    `returned an unexpected result type. Expected '${kind}', but was '${actual}' for value: ${JSON.stringify(value)}`,
  );
}

const LARGEST = 99_999_999;

/**
 * Fills a field that holds a whole number from `least` on, such as a number of seconds.
 *
 * @throws QueryFailure
 */
export async function renderWhole(
  field: number | string,
  location: string,
  least: number,
  bindings: Readonly<Record<string, unknown>>,
): Promise<number> {
  const value = await renderAs('number', field, location, bindings);
  if (Number.isInteger(value) && value >= least && value <= LARGEST) return value;
  const expected = `must be a whole number from ${least} to ${LARGEST}, but was ${value}`;
  throw new QueryFailure(expressionIn(field) ?? String(field), location, expected);
}
