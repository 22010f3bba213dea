import { describe, expect, it } from 'vitest';
import { awsFunctions } from '#local/asl/aws-functions.ts';
import { evaluate } from '#local/asl/expression.ts';

const functions = awsFunctions({ now: () => Date.UTC(2026, 4, 6, 7, 8, 9), random: () => 0.5 });
const say = (text: string): Promise<unknown> => evaluate(text, functions);

describe('functions that Step Functions adds to JSONata', () => {
  it.each([
    ['$partition([1,2,3,4,5], 2)', [[1, 2], [3, 4], [5]]],
    ['$partition([], 2)', []],
    ['$range(1, 7, 3)', [1, 4, 7]],
    ['$range(3, 1, -1)', [3, 2, 1]],
    ['$range(1, 0, 1)', []],
    ['$hash("abc", "SHA-256")', 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'],
    ['$hash("abc", "SHA-1")', 'a9993e364706816aba3e25717850c26c9cd0d89d'],
    ['$hash("abc", "MD5")', '900150983cd24fb0d6963f7d28e17f72'],
    ['$parse("{\\"a\\":[1,2]}").a[1]', 2],
    ['$random()', 0.5],
    ['$random(7) = $random(7) and $random(7) != $random(8)', true],
    ['$uuid()', '80808080-8080-4080-8080-808080808080'],
    ['$now()', '2026-05-06T07:08:09.000Z'],
    ['$now("[Y0001]-[M01]-[D01]")', '2026-05-06'],
    ['$millis()', Date.UTC(2026, 4, 6, 7, 8, 9)],
  ])('%s', async (text, expected) => {
    expect(await say(text)).toEqual(expected);
  });

  it.each([
    ['$partition([1], 0)', 'positive whole chunk size'],
    ['$range(1, 2, 0)', 'other than zero'],
    ['$range(1, 2000, 1)', 'at most 1000'],
    ['$hash("abc", "CRC32")', 'not CRC32'],
    ['$parse("{")', 'JSON'],
    ['$eval("1")', 'not available'],
  ])('%s is refused', async (text, message) => {
    await expect(say(text)).rejects.toMatchObject({ message: expect.stringContaining(message) as string });
  });

  it('give nothing for what is absent, as JSONata functions do', async () => {
    expect(await say('$parse($states.absent)')).toBeUndefined();
    expect(await say('$partition($states.absent, 2)')).toBeUndefined();
    expect(await say('$hash($states.absent, "MD5")')).toBeUndefined();
  });
});
