import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ServiceFault } from '#local/gateway/wire.ts';
import { compilePattern } from '#local/services/events/event-pattern.ts';

const matches = (pattern: unknown, event: unknown): boolean => compilePattern(JSON.stringify(pattern))(event);

describe('the pattern language', () => {
  it.each([
    ['an exact string', { a: ['x', 'y'] }, { a: 'y' }, { a: 'Y' }],
    ['an exact number', { a: [1] }, { a: 1 }, { a: '1' }],
    ['a boolean', { a: [true] }, { a: true }, { a: 'true' }],
    ['null', { a: [null] }, { a: null }, { b: 1 }],
    ['the empty string', { a: [''] }, { a: '' }, { a: null }],
    ['a nested field', { a: { b: ['x'] } }, { a: { b: 'x' } }, { 'a.b': 'x' }],
    ['every field of several', { a: [1], b: [2] }, { a: 1, b: 2, c: 3 }, { a: 1 }],
    ['any element of an array', { a: ['x'] }, { a: ['w', 'x'] }, { a: ['w'] }],
    ['a prefix', { a: [{ prefix: 'eu-' }] }, { a: 'eu-west-1' }, { a: 'us-eu-1' }],
    ['a prefix in any case', { a: [{ prefix: { 'equals-ignore-case': 'EU-' } }] }, { a: 'eu-west-1' }, { a: 'us' }],
    ['a suffix', { a: [{ suffix: '.png' }] }, { a: 'x.png' }, { a: 'x.PNG' }],
    ['a suffix in any case', { a: [{ suffix: { 'equals-ignore-case': '.png' } }] }, { a: 'x.PNG' }, { a: 'x.pn' }],
    ['equals-ignore-case', { a: [{ 'equals-ignore-case': 'Alice' }] }, { a: 'aLICE' }, { a: 'alice ' }],
    ['anything-but', { a: [{ 'anything-but': 'x' }] }, { a: 'y' }, { a: 'x' }],
    ['anything-but, other types', { a: [{ 'anything-but': 'x' }] }, { a: 5 }, { b: 'y' }],
    ['anything-but a list', { a: [{ 'anything-but': [1, 2] }] }, { a: 3 }, { a: 2 }],
    ['anything-but a prefix', { a: [{ 'anything-but': { prefix: 'in' } }] }, { a: 'out' }, { a: 'initial' }],
    ['anything-but prefixes', { a: [{ 'anything-but': { prefix: ['a', 'b'] } }] }, { a: 'c' }, { a: 'bc' }],
    ['anything-but a suffix', { a: [{ 'anything-but': { suffix: '.txt' } }] }, { a: 'x.png' }, { a: 'x.txt' }],
    ['anything-but a wildcard', { a: [{ 'anything-but': { wildcard: '*/lib/*' } }] }, { a: '/bin/x' }, { a: '/lib/x' }],
    ['anything-but in any case', { a: [{ 'anything-but': { 'equals-ignore-case': ['X'] } }] }, { a: 'y' }, { a: 'x' }],
    ['numeric =', { a: [{ numeric: ['=', 3.018e2] }] }, { a: 301.8 }, { a: '301.8' }],
    ['numeric range', { a: [{ numeric: ['>', 0, '<=', 5] }] }, { a: 5 }, { a: 0 }],
    ['numeric bound', { a: [{ numeric: ['<', 10] }] }, { a: -4 }, { a: 10 }],
    ['exists', { a: { b: [{ exists: true }] } }, { a: { b: null } }, { a: { c: 1 } }],
    ['exists on an inner node', { a: [{ exists: true }] }, { a: 1 }, { a: { b: 1 } }],
    ['not exists', { a: { b: [{ exists: false }] } }, { c: 1 }, { a: { b: 1 } }],
    ['a value or nothing', { a: ['x', { exists: false }] }, {}, { a: 'y' }],
    ['cidr', { a: [{ cidr: '10.0.0.0/24' }] }, { a: '10.0.0.255' }, { a: '10.0.1.0' }],
    ['cidr of IPv6', { a: [{ cidr: '2001:db8::/32' }] }, { a: '2001:db8:1::1' }, { a: '2001:db9::1' }],
    ['cidr is of one family', { a: [{ cidr: '::/0' }] }, { a: '::1' }, { a: '10.0.0.1' }],
    ['a wildcard', { a: [{ wildcard: 'dir/*.png' }] }, { a: 'dir/.png' }, { a: 'dir/x.png.bak' }],
    ['several wildcards', { a: [{ wildcard: '*a*ab' }] }, { a: 'aab' }, { a: 'ab' }],
    ['an escaped wildcard', { a: [{ wildcard: 'a\\*\\\\*' }] }, { a: 'a*\\z' }, { a: 'ab\\z' }],
    ['$or at the top', { $or: [{ a: [1] }, { b: [2] }] }, { b: 2 }, { a: 2, b: 1 }],
    ['$or beside a field', { c: [3], $or: [{ a: [1] }, { b: [2] }] }, { c: 3, a: 1 }, { a: 1 }],
    ['$or inside', { d: { $or: [{ a: [1] }, { b: { c: [2] } }] } }, { d: { b: { c: 2 } } }, { a: 1 }],
    [
      'one and the same element of an array of objects',
      { a: { x: [1], y: [2] } },
      { a: [{ x: 9 }, { x: 1, y: 2 }] },
      { a: [{ x: 1 }, { y: 2 }] },
    ],
  ])('matches %s', (_, pattern, yes, no) => {
    expect(matches(pattern, yes)).toBe(true);
    expect(matches(pattern, no)).toBe(false);
  });

  it.each([
    ['a pattern that is a list', []],
    ['an empty pattern', {}],
    ['a bare value', { source: 'x' }],
    ['an empty list', { a: [] }],
    ['a list in a list', { a: [[1]] }],
    ['an unknown operator', { a: [{ startsWith: 'x' }] }],
    ['two operators at once', { a: [{ prefix: 'a', suffix: 'b' }] }],
    ['a prefix that is no string', { a: [{ prefix: 1 }] }],
    ['a mixed anything-but', { a: [{ 'anything-but': ['a', 1] }] }],
    ['an empty anything-but', { a: [{ 'anything-but': [] }] }],
    ['anything-but a range', { a: [{ 'anything-but': { numeric: ['=', 1] } }] }],
    ['an empty range', { a: [{ numeric: ['>', 5, '<', 5] }] }],
    ['a range the wrong way', { a: [{ numeric: ['<', 5, '>', 1] }] }],
    ['a number that is too large', { a: [{ numeric: ['<', 5.1e9] }] }],
    ['exists without a truth', { a: [{ exists: 'yes' }] }],
    ['no address', { a: [{ cidr: '10.0.0/8' }] }],
    ['a block that is too long', { a: [{ cidr: '10.0.0.0/33' }] }],
    ['two wildcards in a row', { a: [{ wildcard: 'a**b' }] }],
    ['a wrong escape', { a: [{ wildcard: 'a\\b' }] }],
    ['$or of one', { $or: [{ a: [1] }] }],
    ['$or of values', { $or: ['a', 'b'] }],
    [
      'too many combinations',
      Object.fromEntries('abcdefghijk'.split('').map((k) => [k, { $or: [{ x: [1] }, { y: [1] }] }])),
    ],
  ])('refuses %s', (_, pattern) => {
    const fault = ((): unknown => {
      try {
        return matches(pattern, {});
      } catch (error) {
        return error;
      }
    })();
    expect(fault).toBeInstanceOf(ServiceFault);
    expect(fault).toMatchObject({ code: 'InvalidEventPatternException' });
  });

  it('agrees with its naive reading on any event', () => {
    let matched = 0;
    fc.assert(
      fc.property(patternOf(2), eventOf, (pattern, event) => {
        const result = matches(pattern, event);
        if (result) matched++;
        expect(result).toBe(naive(pattern, event));
      }),
      { numRuns: 4000 },
    );
    // Both answers must come up, or the property says little.
    expect(matched).toBeGreaterThan(200);
    expect(matched).toBeLessThan(3800);
  });
});

type Tree = { [name: string]: unknown };

const name = fc.constantFrom('a', 'b');
const text = fc.constantFrom('', 'a', 'ab', 'abc', 'B', 'bAb', 'c*');
const number = fc.integer({ min: -2, max: 3 });
const leaf = fc.oneof(text, number, fc.boolean(), fc.constant(null));

const operator = fc.oneof(
  fc.record({ prefix: text }),
  fc.record({ suffix: text }),
  fc.record({ 'equals-ignore-case': text }),
  fc.record({ wildcard: fc.constantFrom('*', 'a*', '*b', 'a*c', '*a*', 'c\\*', 'abc') }),
  fc.record({ exists: fc.boolean() }),
  fc.record({ 'anything-but': fc.oneof(text, fc.array(text, { minLength: 1, maxLength: 2 }), number) }),
  fc.record({ 'anything-but': fc.record({ prefix: text }) }),
  fc.record({ 'anything-but': fc.record({ suffix: fc.array(text, { minLength: 1, maxLength: 2 }) }) }),
  fc.record({ numeric: fc.tuple(fc.constantFrom('=', '<', '<=', '>', '>='), number) }),
);

function patternOf(depth: number): fc.Arbitrary<Tree> {
  const alternatives = fc.array(fc.oneof(leaf, operator), { minLength: 1, maxLength: 3 });
  const value: fc.Arbitrary<unknown> = depth === 0 ? alternatives : fc.oneof(alternatives, patternOf(depth - 1));
  const fields = fc.dictionary(name, value, { minKeys: 1, maxKeys: 2 });
  if (depth === 0) return fields;
  const either = fc.array(patternOf(depth - 1), { minLength: 2, maxLength: 3 });
  return fc.oneof(
    { weight: 3, arbitrary: fields },
    { weight: 1, arbitrary: either.map(($or): Tree => ({ $or })) },
    { weight: 1, arbitrary: fc.tuple(fields, either).map(([rest, $or]): Tree => ({ ...rest, $or })) },
  );
}

const eventOf = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    leaf,
    fc.array(leaf, { maxLength: 2 }),
    fc.array(tie('object'), { maxLength: 2 }),
    tie('object'),
  ),
  object: fc.dictionary(name, tie('value'), { minKeys: 1, maxKeys: 2 }),
})).object;

/**
 * The second formulation: from every array one element is picked, in every possible way, which leaves plain trees of
 * leaves; the pattern matches when it matches one of them, where "does not exist" speaks of the whole event.
 */
function naive(pattern: Tree, event: unknown): boolean {
  const worlds = pick(event);
  const everywhere = new Set(worlds.flatMap((world) => [...world.keys()]));
  const reads = (tree: Tree, path: string, world: ReadonlyMap<string, unknown>): boolean =>
    Object.entries(tree).every(([key, value]) => {
      if (key === '$or') return (value as Tree[]).some((each) => reads(each, path, world));
      const here = `${path}/${key}`;
      if (!Array.isArray(value)) return reads(value as Tree, here, world);
      return value.some((each: unknown) =>
        typeof each === 'object' && each !== null && 'exists' in each && each.exists === false
          ? !everywhere.has(here)
          : world.has(here) && passes(each, world.get(here)),
      );
    });
  return worlds.some((world) => reads(pattern, '', world));
}

type World = Map<string, unknown>;

function pick(value: unknown, path = ''): World[] {
  if (Array.isArray(value))
    return value.length === 0 ? [new Map<string, unknown>()] : value.flatMap((each) => pick(each, path));
  if (typeof value !== 'object' || value === null) return [new Map([[path, value]])];
  let worlds: World[] = [new Map<string, unknown>()];
  for (const [key, member] of Object.entries(value)) {
    worlds = worlds.flatMap((world) => pick(member, `${path}/${key}`).map((more) => new Map([...world, ...more])));
  }
  return worlds;
}

function passes(alternative: unknown, value: unknown): boolean {
  if (typeof alternative !== 'object' || alternative === null) return alternative === value;
  const [[operator, operand] = []] = Object.entries(alternative as Tree);
  const string = typeof value === 'string' ? value : undefined;
  switch (operator) {
    case 'exists':
      return true;
    case 'prefix':
      return string !== undefined && string.slice(0, (operand as string).length) === operand;
    case 'suffix':
      return (
        string !== undefined &&
        string.slice(string.length - (operand as string).length) === operand &&
        string.length >= operand.length
      );
    case 'equals-ignore-case':
      return string !== undefined && string.toUpperCase() === (operand as string).toUpperCase();
    case 'wildcard': {
      const source = (operand as string).replaceAll('\\*', '\0').replaceAll('*', '.*').replaceAll('\0', '\\*');
      return string !== undefined && new RegExp(`^${source}$`, 's').test(string);
    }
    case 'anything-but': {
      const inner: unknown[] =
        typeof operand === 'object' && operand !== null && !Array.isArray(operand)
          ? Object.entries(operand as Tree).flatMap(([key, texts]) => [texts].flat().map((each) => ({ [key]: each })))
          : [operand].flat();
      return inner.every((each) => !passes(each, value));
    }
    case 'numeric': {
      const [sign, bound] = operand as [string, number];
      if (typeof value !== 'number') return false;
      const order = Math.sign(value - bound);
      return sign.includes('=') && order === 0
        ? true
        : sign.includes('<')
          ? order < 0
          : sign.includes('>') && order > 0;
    }
    default:
      throw new Error(`The naive reading has no ${operator}.`);
  }
}
