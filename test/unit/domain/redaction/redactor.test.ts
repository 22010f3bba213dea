import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRedactor } from '#domain/redaction/redactor.ts';

/** Each as another program would do it, by Node's own functions. */
const encoders: Readonly<Record<string, (value: string) => string>> = {
  plain: (value) => value,
  base64: (value) => Buffer.from(value).toString('base64'),
  base64url: (value) => Buffer.from(value).toString('base64url'),
  hex: (value) => Buffer.from(value).toString('hex'),
  'upper-case hex': (value) => Buffer.from(value).toString('hex').toUpperCase(),
  'URL-encoded': (value) => encodeURIComponent(value),
  'URL-encoded in lower case': (value) => encodeURIComponent(value).replaceAll(/%../g, (each) => each.toLowerCase()),
  'form-encoded': (value) => new URLSearchParams({ x: value }).toString().slice(2),
  'JSON-escaped': (value) => JSON.stringify({ x: value }).slice(6, -2),
  'JSON in JSON': (value) => JSON.stringify(JSON.stringify({ x: value })).slice(10, -4),
};

const breaks = /[\r\n]/g;
// A value of mask characters could appear from the mask itself.
const value = fc
  .oneof(
    fc.string({ minLength: 4, maxLength: 60 }),
    fc.string({ unit: 'binary', minLength: 4, maxLength: 40 }),
    fc.stringMatching(/^[a-f0-9]{4,40}$/),
    fc.string({ unit: fc.constantFrom('a', 'b', '\n'), minLength: 8, maxLength: 30 }),
  )
  .filter((text) => !text.includes('*') && text.replaceAll(breaks, '').length >= 4);
const around = fc.string({ maxLength: 40 });
const encoding = fc.constantFrom(...Object.keys(encoders));

function encode(name: string, text: string): string {
  return encoders[name]?.(text) ?? '';
}

/** The text cut at these places, which may repeat and lie anywhere. */
function cut(text: string, places: readonly number[]): readonly string[] {
  const at = [0, ...places.map((place) => place % (text.length + 1)).sort((a, b) => a - b), text.length];
  return at.slice(1).map((end, index) => text.slice(at[index], end));
}

function streamed(redactor: ReturnType<typeof createRedactor>, pieces: readonly string[]): string {
  const stream = redactor.stream();
  return pieces.map((piece) => stream.push(piece)).join('') + stream.end();
}

const places = fc.array(fc.nat(500), { maxLength: 12 });

describe('a secret that is known by its value', () => {
  it('comes out in no form, whatever stands around it and wherever the text is cut', () => {
    const property = fc.property(value, encoding, around, around, places, (secret, name, before, after, cuts) => {
      const shown = encode(name, secret);
      const text = `${before}${shown}${after}\n${shown}${shown}`;
      const out = streamed(createRedactor({ values: [secret], patterns: [] }), cut(text, cuts));
      expect(out).not.toContain(secret);
      expect(out).not.toContain(shown);
      expect(out).toContain('***');
    });
    fc.assert(property, { numRuns: 2_000 });
  });

  it('is found when a program folds its lines', () => {
    const long = value.filter((text) => text.replaceAll(breaks, '').length >= 8);
    const width = fc.integer({ min: 1, max: 80 });
    const ending = fc.constantFrom('\n', '\r\n');
    const property = fc.property(
      long,
      encoding,
      width,
      ending,
      around,
      places,
      (secret, name, most, end, before, cuts) => {
        const shown = encode(name, secret).replaceAll(breaks, '');
        const lines = `${before.replaceAll(breaks, '')}${shown}`.match(new RegExp(`.{1,${most}}`, 'gsu')) ?? [];
        const out = streamed(createRedactor({ values: [secret], patterns: [] }), cut(lines.join(end), cuts));
        expect(out.replaceAll(breaks, '')).not.toContain(shown);
        expect(out.split('\n')).toHaveLength(lines.length);
      },
    );
    fc.assert(property, { numRuns: 2_000 });
  });

  it('is found in base64 of something larger, wherever it stands in it', () => {
    const property = fc.property(
      value,
      around,
      around,
      fc.constantFrom<BufferEncoding>('base64', 'base64url'),
      (secret, before, after, as) => {
        const bytes = (text: string): number => Buffer.byteLength(text);
        const whole = Buffer.from(before + secret + after).toString(as);
        const first = Math.ceil((8 * bytes(before)) / 6);
        const last = Math.floor((8 * (bytes(before) + bytes(secret))) / 6);
        const out = createRedactor({ values: [secret], patterns: [] }).redact(whole);
        expect(out).not.toContain(whole.slice(first, last));
        expect(out.length).toBeLessThan(whole.length + 3);
      },
    );
    fc.assert(property, { numRuns: 2_000 });
  });

  it('of several lines is found line by line too, when a line is long enough to be told from a word', () => {
    const secret = '-----BEGIN KEY-----\nMIIEvQIBADANBgkq\nshort\nhkiG9w0BAQEFAASC\n-----END KEY-----\n';
    const { redact } = createRedactor({ values: [secret], patterns: [] });
    expect(redact('first MIIEvQIBADANBgkq, then hkiG9w0BAQEFAASC, then short')).toBe('first ***, then ***, then short');
    expect(redact(`[${secret}]`)).toBe('[***\n***\n***\n***\n***\n]');
    expect(redact(Buffer.from(secret).toString('base64'))).toBe('***');
  });

  it('that is JSON is found member by member too', () => {
    const { redact } = createRedactor({ values: ['{"user":"admin","password":"correct horse"}'], patterns: [] });
    expect(redact('admin logs in with correct+horse')).toBe('admin logs in with ***');
  });

  it('is found escaped for XML and for a shell', () => {
    const { redact } = createRedactor({ values: [`a<b>&"c'd`], patterns: [] });
    expect(redact(`m="a&lt;b&gt;&amp;&quot;c&apos;d" a&lt;b>&amp;"c'd a&lt;b&gt;&amp;&amp;quot;c&#39;d`)).toBe(
      'm="***" *** ***',
    );
    expect(redact(String.raw`+ echo 'a<b>&"c'\''d'`)).toBe(`+ echo '***'`);
  });

  it('of fewer than four characters is left alone: any text holds it', () => {
    expect(createRedactor({ values: ['abc', 'a\nb', ''], patterns: [] }).redact('abc YWJj 616263 a b')).toBe(
      'abc YWJj 616263 a b',
    );
  });

  it('is masked once where its occurrences touch or overlap', () => {
    const { redact } = createRedactor({ values: ['abab', 'babc'], patterns: [] });
    expect(redact('xabababcx ababab')).toBe('x***x ***');
  });

  it('is found by its bytes in what is no text of ours', () => {
    const binary = createRedactor({ values: ['pässwörd'], patterns: [], binary: true });
    const bytes = Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from('pässwörd'), Buffer.from([0xe4])]);
    expect(Buffer.from(binary.redact(bytes.toString('latin1')), 'latin1')).toEqual(
      Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from('***'), Buffer.from([0xe4])]),
    );
  });
});

describe('text without secrets', () => {
  const harmless = fc.string({
    unit: fc.constantFrom(' ', '\n', '\r', '.', '(', '#', '世', 'é', '\t', '!'),
    maxLength: 200,
  });

  it('comes out as it went in, however it is cut', () => {
    const property = fc.property(
      fc.array(fc.stringMatching(/^[a-zA-Z0-9]{4,40}$/)),
      harmless,
      places,
      (values, text, cuts) => {
        expect(streamed(createRedactor({ values }), cut(text, cuts))).toBe(text);
      },
    );
    fc.assert(property, { numRuns: 1_000 });
  });

  it('comes out the same whether it is cut or whole, also next to secrets', () => {
    const piece = fc.oneof(
      fc.constantFrom('abcd', 'password=', 'eyJ', '-----BEGIN ', 'ghp_', 'http://a:b@', '\r\n', '"'),
      fc.string({ maxLength: 9 }),
    );
    const text = fc.array(piece, { maxLength: 30 }).map((pieces) => pieces.join(''));
    const redactor = createRedactor({ values: ['abcdabce', 'hunter2'] });
    fc.assert(
      fc.property(text, places, (whole, cuts) => {
        expect(streamed(redactor, cut(whole, cuts))).toBe(redactor.redact(whole));
      }),
      { numRuns: 2_000 },
    );
  });

  it('keeps every line in its place', () => {
    const redactor = createRedactor({ values: ['secret-value'] });
    expect(redactor.redactLines(['a', 'secret-', 'value b', '', 'two\nlines', 'secret-value'])).toEqual([
      'a',
      '***',
      '*** b',
      '',
      'two\nlines',
      '***',
    ]);
    expect(redactor.redactLines([])).toEqual([]);
  });
});

describe('a stream', () => {
  it('gives out at once what cannot be the beginning of a secret', () => {
    const stream = createRedactor({ values: ['qwertyuiop'] }).stream();
    expect(stream.push('a whole line.\n')).toBe('a whole line.\n');
    expect(stream.push('half a line.')).toBe('half a line.');
  });

  it('keeps back only what may be the beginning, and gives it out when it was not', () => {
    const stream = createRedactor({ values: ['qwertyuiop'] }).stream();
    expect(stream.push('see qwerty\n')).toBe('see ');
    expect(stream.push('and')).toBe('qwerty\nand');
    expect(stream.push(' qwert')).toBe(' ');
    expect(stream.end()).toBe('qwert');
  });

  it('never keeps back more than the longest form', () => {
    const secret = 'ab'.repeat(50);
    // Every byte as %61 is the longest way to write it.
    const longest = 3 * secret.length;
    const stream = createRedactor({ values: [secret], patterns: [] }).stream();
    let given = 0;
    let out = 0;
    for (let each = 0; each < 2_000; each++) {
      const piece = 'abababa%61%62'.slice(0, 1 + (each % 13));
      given += piece.length;
      out += stream.push(piece).length;
      expect(given - out).toBeLessThanOrEqual(longest);
    }
  });
});

describe('hostile text', () => {
  const megabytes = 5;
  const size = megabytes * 1024 * 1024;
  const fill = (text: string): string => text.repeat(Math.ceil(size / text.length)).slice(0, size);
  const redactor = createRedactor({ values: [`${'a'.repeat(20_000)}b`, 'aaaa', `${'ab\n'.repeat(500)}c`] });

  it.each([
    ['nearly the secret', `${'a'.repeat(19_999)}c`],
    ['a letter and a break', 'a\n'],
    ['keys without values', 'password='],
    ['beginnings of tokens', 'eyJ'],
    ['beginnings of keys', '-----BEGIN RSA '],
    ['addresses', '://a:'],
    ['a long value', `token=${'x'.repeat(100_000)}`],
  ])('of %s takes time in proportion to its length', (_, text) => {
    const whole = fill(text);
    const start = performance.now();
    for (let at = 0, stream = redactor.stream(); at < size; at += 65_536) stream.push(whole.slice(at, at + 65_536));
    // A second is usual; what grows with the square of the length would take hours.
    expect(performance.now() - start).toBeLessThan(15_000);
  });
});
