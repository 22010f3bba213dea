import { expect, test } from 'vitest';
import { nearest } from '#domain/nearest.ts';

const known = ['apiVersion', 'name', 'target', 'timeoutSeconds', 'memoryMb', 'healthCheck', 'test'];

test.for([
  ['a letter too few', 'taget', 'target'],
  ['a letter too many', 'naame', 'name'],
  ['another letter', 'tazget', 'target'],
  ['neighbours swapped', 'nmae', 'name'],
  ['another case', 'MEMORYMB', 'memoryMb'],
  ['other separators', 'health-check', 'healthCheck'],
  ['only its beginning', 'memory', 'memoryMb'],
  ['several mistakes in a long word', 'timoutSecond', 'timeoutSeconds'],
] as const)('a word with %s is recognised', ([, word, meant]) => {
  expect(nearest(word, known)).toBe(meant);
});

test.for([
  ['is like nothing known', 'zebra'],
  ['is empty', ''],
  ['is one letter', 'n'],
  ['begins two known words', 'tim'],
  ['is very long', 'name'.repeat(50_000)],
] as const)('a word that %s has no suggestion', ([, word]) => {
  expect(nearest(word, [...known, 'timings'])).toBeUndefined();
});

test('the nearest of several near words is suggested', () => {
  expect(nearest('tests', ['texts', 'test', 'rests'])).toBe('texts');
  expect(nearest('testt', ['texts', 'test', 'rests'])).toBe('test');
});
