import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseManifest, type ParsedManifest } from '#domain/manifest/parse-manifest.ts';
import { shortManifest } from '#test/support/manifest-text.ts';
import { quickestMs } from './quickest-ms.ts';

const LARGEST_SOURCE_BYTES = 262_144;

function summaryOf(parsed: ParsedManifest): readonly unknown[] {
  return parsed.ok ? ['parsed'] : parsed.faults.map(({ code, line, column }) => [code, line, column]);
}

test.for([
  ['nothing', '', ['empty', 1, 1]],
  ['only a comment', '# later\n', ['empty', 1, 1]],
  ['only a document start', '---\n', ['empty', 1, 1]],
  ['a list', '- a\n', ['wrong_type', 1, 1]],
  ['a text', 'hello', ['wrong_type', 1, 1]],
  ['a second document', `${shortManifest()}---\na: 1\n`, ['multiple_documents', 13, 1]],
  ['a tab as indentation', shortManifest('healthCheck:\n\tstatus: 200\n'), ['syntax', 14, 1]],
  ['an open quote', 'name: "orders\n', ['syntax', 2, 1]],
  ['an older YAML', `%YAML 1.1\n---\n${shortManifest()}`, ['unsupported', 1, 1]],
  ['a tag', 'name: !secret orders', ['unsupported', 1, 7]],
  ['a binary value', 'name: !!binary b3JkZXJz', ['unsupported', 1, 7]],
  ['a control character', 'a: 1\nname: or\u0007ders', ['control_character', 2, 9]],
  ['a lone carriage return', 'a: 1\rname: b', ['control_character', 1, 5]],
  ['a mark that turns text around', 'name: a\u202Eb', ['control_character', 1, 8]],
  ['half of a surrogate pair', 'name: \uD800', ['control_character', 1, 7]],
  ['flow nesting', '['.repeat(200_000), ['too_deep', 1, 25]],
  ['block nesting', '- '.repeat(100_000), ['too_deep', 1, 48]],
  ['very many settings', 'a: 1\n'.repeat(50_000), ['too_complex', 1000, 5]],
  ['a repeated key deep inside', shortManifest('preview: { variables: { A: a, A: a } }'), ['duplicate_key', 13, 31]],
  ['a key with another spelling of the same text', shortManifest('"name": other'), ['duplicate_key', 13, 1]],
  ['a NUL', `${shortManifest()}\0`, ['control_character', 13, 1]],
  ['a NUL in quotes', shortManifest('description: "a\\0b"'), ['control_character', 13, 14]],
  ['a number beyond all numbers', shortManifest('healthCheck: { status: 1e999 }'), ['wrong_type', 13, 24]],
  [
    'a number with very many digits',
    shortManifest(`healthCheck: { status: ${'9'.repeat(400)} }`),
    ['wrong_type', 13, 24],
  ],
  ['a number below all bounds', shortManifest('healthCheck: { status: -0x10 }'), ['wrong_type', 13, 24]],
  ['an anchor to nothing', shortManifest('description: &a'), ['wrong_type', 13, 1]],
  ['two anchors', shortManifest('description: &a &b text'), ['syntax', 13, 17]],
  ['a prototype as a setting', shortManifest('constructor: { prototype: {} }'), ['unknown_key', 13, 1]],
  ['a prototype by its own name', shortManifest('__proto__: {}'), ['bad_name', 13, 1]],
  ['Windows line ends before a fault', shortManifest('zebra: 1').replaceAll('\n', '\r\n'), ['unknown_key', 13, 1]],
  ['a byte order mark before a fault', `\uFEFF${shortManifest().replace('orders', 'X')}`, ['bad_value', 2, 7]],
  ['a byte order mark inside', shortManifest('\uFEFFdescription: a'), ['control_character', 13, 1]],
  ['a tag of JavaScript', shortManifest('description: !!js/function "a"'), ['unsupported', 13, 14]],
  ['a merge of what is known', shortManifest('preview: { <<: { ttlHours: 1 } }'), ['unknown_key', 13, 12]],
  ['a key that is a map', '? { a: b }\n: c', ['syntax', 1, 3]],
] as const)('%s has its clear faults', ([, text, ...faults]) => {
  expect(summaryOf(parseManifest(text))).toEqual(faults);
});

test('5 MB are refused at once, whatever they hold', () => {
  for (const piece of ['a', 'a: 1\n', '[', '"', '\0', '&a [*a]\n', '\uD800']) {
    const text = piece.repeat(5_000_000 / piece.length);
    for (const source of [text, new TextEncoder().encode(text)]) {
      expect(summaryOf(parseManifest(source))).toEqual([['too_large', 1, 1]]);
      expect(quickestMs(() => parseManifest(source))).toBeLessThan(100);
    }
  }
});

test('the largest file is 256 KB, counted in bytes', () => {
  const filled = (bytes: number): string => {
    const start = shortManifest('# é');
    return start + '-'.repeat(bytes - new TextEncoder().encode(start).length);
  };
  expect(parseManifest(filled(LARGEST_SOURCE_BYTES))).toMatchObject({ ok: true });
  for (const source of [filled(LARGEST_SOURCE_BYTES + 1), new TextEncoder().encode(filled(LARGEST_SOURCE_BYTES + 1))]) {
    expect(summaryOf(parseManifest(source))).toEqual([['too_large', 1, 1]]);
  }
});

test.for([
  ['UTF-16', Uint8Array.of(0xff, 0xfe, 0x61, 0x00), ['not_utf8', 1, 1]],
  ['a byte that no character has', Uint8Array.of(0x61, 0x3a, 0x0a, 0xc3, 0xa9, 0xff, 0x62), ['not_utf8', 2, 2]],
  ['a character cut off by the end', Uint8Array.of(0x61, 0x0a, 0x62, 0xe2, 0x82), ['not_utf8', 2, 2]],
] as const)('%s is refused at the first bad byte', ([, bytes, fault]) => {
  expect(summaryOf(parseManifest(bytes))).toEqual([fault]);
});

describe('aliases', () => {
  const codesOf = (text: string): ReadonlySet<string> => {
    const parsed = parseManifest(text);
    return new Set(parsed.ok ? [] : parsed.faults.map(({ code }) => code));
  };

  test('that multiply are refused without being written out', () => {
    const levels = Array.from({ length: 40 }, (_, level) => {
      const items = Array.from({ length: 9 }, () => (level === 0 ? 'x' : `*a${level - 1}`));
      return `a${level}: &a${level} [${items.join(', ')}]`;
    });
    expect(codesOf(levels.join('\n'))).toContain('alias_limit');
  });

  test('that contain themselves are refused', () => {
    expect(codesOf('a: &a [*a]')).toContain('alias_cycle');
    expect(codesOf('a: &a { b: { c: *a } }')).toContain('alias_cycle');
  });

  test('without an anchor before them are refused', () => {
    expect(codesOf('a: *b\nb: &b 1')).toContain('syntax');
  });
});

test('a name from the prototype of objects changes nothing outside the manifest', () => {
  parseManifest('__proto__: { polluted: yes }\nenvironments: { __proto__: { polluted: yes } }');
  expect({}).not.toHaveProperty('polluted');
});

/** Pieces that matter to YAML, so that random text reaches deeper than the first syntax error. */
const pieces =
  'a|: |:\n|\n|\n  |- |? |[|]|{|}|, |"|\'|>\n|&a |*a |!t |# |---\n|...\n|%|\t|\\|\\q|\\x|<<|1|~|\r\n|\uFEFF|é|name|build:\n  ';
const piece = fc.constantFrom('|\n', ...pieces.split('|'));

test('no bytes, text or mix of YAML pieces make it throw', () => {
  const source = fc.oneof(
    fc.uint8Array({ maxLength: 300 }),
    fc.string({ unit: 'binary', maxLength: 300 }),
    fc.array(piece, { maxLength: 120 }).map((pieces) => pieces.join('')),
  );
  fc.assert(
    fc.property(source, (text) => {
      const parsed = parseManifest(text);
      expect(parsed.ok || parsed.faults.length > 0).toBe(true);
    }),
    { numRuns: 1000 },
  );
});

test('a source of any shape, up to the largest size, takes less than 100 ms of processor time', () => {
  const shape = fc.tuple(
    fc.constantFrom('', 'a: ', 'a:\n  ', '[', '"', '|\n ', 'environments:\n  '),
    fc.array(piece, { minLength: 1, maxLength: 4 }).map((parts) => parts.join('')),
    fc.constantFrom(LARGEST_SOURCE_BYTES, 20_000, 8_000),
  );
  fc.assert(
    fc.property(shape, ([start, repeated, size]) => {
      const bytes = new TextEncoder().encode(start + repeated.repeat(size / repeated.length)).subarray(0, size);
      expect(quickestMs(() => parseManifest(bytes))).toBeLessThan(100);
    }),
    {
      numRuns: 150,
      examples: [
        [['"', '\\x', LARGEST_SOURCE_BYTES]],
        [['|\n ', '\t\n', LARGEST_SOURCE_BYTES]],
        [['', '[a]: b\n', LARGEST_SOURCE_BYTES]],
      ],
    },
  );
});
