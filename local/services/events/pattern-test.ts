import { compileCidr } from './cidr.ts';
import { invalidPattern, isObject } from './pattern-fault.ts';
import type { Leaf } from './flatten-event.ts';
import { compileNumeric } from './numeric-range.ts';
import { compileWildcard } from './wildcard.ts';

type LeafTest = (value: Leaf) => boolean;

/** What a pattern asks of one path: a value that passes, or that there is none. */
export interface PathTest {
  readonly present: LeafTest;
  readonly absent: boolean;
}

/** @param alternatives the array of a leaf of the pattern: any one of them is enough */
export function compileTest(alternatives: readonly unknown[], field: string): PathTest {
  const isAbsence = (each: unknown): boolean => isObject(each) && each['exists'] === false;
  const tests = alternatives.filter((each) => !isAbsence(each)).map((each) => compileAlternative(each, field));
  return { present: (value) => tests.some((test) => test(value)), absent: alternatives.some(isAbsence) };
}

function compileAlternative(alternative: unknown, field: string): LeafTest {
  if (!isObject(alternative)) {
    if (Array.isArray(alternative)) throw invalidPattern(`an array inside the array of "${field}"`);
    return (value) => value === alternative;
  }
  const [operator, ...others] = Object.keys(alternative);
  if (operator === undefined) throw invalidPattern(`Empty objects are not allowed: "${field}"`);
  if (others.length > 0) throw invalidPattern(`Only one key allowed in match expression: "${field}"`);
  const operand = alternative[operator];
  switch (operator) {
    case 'exists':
      if (operand !== true) throw invalidPattern('exists match pattern must be either true or false.');
      return () => true;
    case 'anything-but':
      return compileAnythingBut(operand);
    case 'numeric': {
      const inRange = compileNumeric(operand);
      return (value) => typeof value === 'number' && inRange(value);
    }
    case 'prefix':
    case 'suffix':
      return isObject(operand) ? compileText(operator, foldedOperand(operand), true) : compileText(operator, operand);
    default:
      return compileText(operator, operand);
  }
}

/** `{"prefix": {"equals-ignore-case": "x"}}` is the one operator inside another outside `anything-but`. */
function foldedOperand(operand: Record<string, unknown>): unknown {
  const [[name, text] = [], ...others] = Object.entries(operand);
  if (name !== 'equals-ignore-case' || others.length > 0) {
    throw invalidPattern('prefix and suffix take a string or {"equals-ignore-case": string}');
  }
  return text;
}

function compileText(operator: string, text: unknown, fold = false): LeafTest {
  if (!TEXT_OPERATORS.has(operator)) throw invalidPattern(`Unrecognized match type ${operator}`);
  if (typeof text !== 'string') throw invalidPattern(`${operator} match pattern must be a string`);
  const test = textTest(operator, fold ? text.toLowerCase() : text);
  return (value) => typeof value === 'string' && test(fold ? value.toLowerCase() : value);
}

const TEXT_OPERATORS = new Set(['prefix', 'suffix', 'equals-ignore-case', 'wildcard', 'cidr']);

function textTest(operator: string, text: string): (value: string) => boolean {
  switch (operator) {
    case 'prefix':
      return (value) => value.startsWith(text);
    case 'suffix':
      return (value) => value.endsWith(text);
    case 'equals-ignore-case': {
      const folded = text.toLowerCase();
      return (value) => value.toLowerCase() === folded;
    }
    case 'wildcard':
      return compileWildcard(text);
    case 'cidr':
      return compileCidr(text);
    default:
      throw invalidPattern(`Unrecognized match type ${operator}`);
  }
}

/** Any value at all except those named: other types pass, but a path that is not there does not. */
function compileAnythingBut(operand: unknown): LeafTest {
  if (isObject(operand)) {
    const [[operator, text] = [], ...others] = Object.entries(operand);
    if (operator === undefined || others.length > 0 || !INSIDE_ANYTHING_BUT.has(operator)) {
      throw invalidPattern(`anything-but takes one of ${[...INSIDE_ANYTHING_BUT].join(', ')}`);
    }
    const list: unknown[] = Array.isArray(text) ? text : [text];
    if (list.length === 0) throw invalidPattern('Empty arrays are not allowed inside anything-but');
    const excluded = list.map((each) => compileText(operator, each));
    return (value) => !excluded.some((test) => test(value));
  }
  const list: unknown[] = Array.isArray(operand) ? operand : [operand];
  if (list.length === 0) throw invalidPattern('Empty arrays are not allowed inside anything-but');
  const types = new Set(list.map((each) => typeof each));
  if (types.size !== 1 || !(types.has('string') || types.has('number'))) {
    throw invalidPattern('Inside anything-but, all values must be strings or all must be numbers');
  }
  const excluded = new Set(list);
  return (value) => !excluded.has(value);
}

const INSIDE_ANYTHING_BUT = new Set(['prefix', 'suffix', 'equals-ignore-case', 'wildcard']);
