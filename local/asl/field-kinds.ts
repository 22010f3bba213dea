import { compile, expressionIn, messageOf } from './expression.ts';
import { isJsonObject } from './json.ts';
import type { Kind } from './support.ts';

/** Something a definition has that the interpreter would not run as written. */
export interface Fault {
  /** JSON Pointer into the definition. */
  readonly place: string;
  readonly message: string;
}

/** Kinds that hold other objects of the language and are walked, and the two that need to know their surroundings. */
export type StructuredKind =
  | 'states'
  | 'branches'
  | 'processor'
  | 'choices'
  | 'retriers'
  | 'catchers'
  | 'state-name'
  | 'resource'
  | 'assign';
export type PlainKind = Exclude<Kind, StructuredKind>;

type Check = (value: unknown, place: string) => readonly Fault[];

/** Checks of fields whose value stands for itself. */
export const PLAIN_KINDS: Readonly<Record<PlainKind, Check>> = {
  text: textOrExpression,
  version: check((value) => value === '1.0', 'must be "1.0"'),
  'query-language': check((value) => value === 'JSONata', 'must be "JSONata", the only query language here'),
  template: templateFaults,
  expression: (value, place) =>
    expressionIn(value) === undefined
      ? fault(place, 'must be a JSONata expression, "{% … %}"')
      : templateFaults(value, place),
  'machine-timeout': check((value) => isWhole(value, 1, 99_999_999), 'must be a whole number of seconds from 1'),
  'task-timeout': orExpression((value) => isWhole(value, 1, 99_999_999), 'must be a whole number of seconds from 1'),
  heartbeat: orExpression((value) => isWhole(value, 1, 99_999_999), 'must be a whole number of seconds from 1'),
  'wait-seconds': orExpression((value) => isWhole(value, 0, 99_999_999), 'must be a whole number of seconds from 0'),
  timestamp: orExpression(
    (value) => typeof value === 'string' && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/.test(value),
    'must be an RFC 3339 timestamp',
  ),
  inline: check(
    (value) => isJsonObject(value) && value['Mode'] === 'INLINE' && Object.keys(value).length === 1,
    'must be {"Mode": "INLINE"}, the only kind of Map here',
  ),
  items: (value, place) =>
    Array.isArray(value) || expressionIn(value) !== undefined
      ? templateFaults(value, place)
      : fault(place, 'must be a list, or a JSONata expression'),
  concurrency: orExpression((value) => isWhole(value, 0, 99_999_999), 'must be a whole number from 0'),
  true: check((value) => value === true, 'must be true'),
  'error-names': check(
    (value) => Array.isArray(value) && value.length > 0 && value.every((name) => typeof name === 'string'),
    'must be a list of at least one error name',
  ),
  interval: check((value) => isWhole(value, 1, 99_999_999), 'must be a whole number of seconds from 1'),
  backoff: check((value) => typeof value === 'number' && value >= 1, 'must be a number from 1'),
  attempts: check((value) => isWhole(value, 0, 99_999_999), 'must be a whole number from 0'),
  'max-delay': check((value) => isWhole(value, 1, 31_622_399), 'must be a whole number of seconds from 1 to 31622399'),
  jitter: check((value) => value === 'FULL' || value === 'NONE', 'must be "FULL" or "NONE"'),
};

/** Variables of an `Assign` with names that JSONata can say, and templates that it can read. */
export function assignFaults(value: unknown, place: string): readonly Fault[] {
  if (!isJsonObject(value)) return fault(place, 'must be an object of variables');
  return Object.entries(value).flatMap(([name, template]) => {
    const at = `${place}/${pointer(name)}`;
    if (name === 'states') return fault(at, 'the name "states" is reserved');
    if (!/^[\p{L}_][\p{L}\p{N}_]{0,79}$/u.test(name)) return fault(at, 'is no name for a variable');
    return templateFaults(template, at);
  });
}

/** Every expression in a template must be JSONata. */
function templateFaults(value: unknown, place: string): readonly Fault[] {
  const expression = expressionIn(value);
  if (expression !== undefined) {
    try {
      compile(expression);
      return [];
    } catch (error) {
      return fault(place, `is not valid JSONata: ${messageOf(error)}`);
    }
  }
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, member]) => templateFaults(member, `${place}/${pointer(key)}`));
}

function textOrExpression(value: unknown, place: string): readonly Fault[] {
  return typeof value === 'string' ? templateFaults(value, place) : fault(place, 'must be a string');
}

function check(holds: (value: unknown) => boolean, message: string): Check {
  return (value, place) => (holds(value) ? [] : fault(place, message));
}

function orExpression(holds: (value: unknown) => boolean, message: string): Check {
  return (value, place) => {
    if (expressionIn(value) !== undefined) return templateFaults(value, place);
    return holds(value) ? [] : fault(place, `${message}, or a JSONata expression`);
  };
}

function isWhole(value: unknown, least: number, most: number): boolean {
  return typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most;
}

export function fault(place: string, message: string): readonly Fault[] {
  return [{ place, message }];
}

/** One step of a JSON Pointer. */
export function pointer(key: string): string {
  return key.replaceAll('~', '~0').replaceAll('/', '~1');
}
