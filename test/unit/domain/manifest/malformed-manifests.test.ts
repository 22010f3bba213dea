import { Ajv2020 } from 'ajv/dist/2020.js';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { parseManifest, type ParsedManifest } from '#domain/manifest/parse-manifest.ts';
import schema from '../../../../schemas/json/service.v1.schema.json' with { type: 'json' };
import { editedAtRandom, malformed } from '#test/support/malformations.ts';
import { ecsManifest, firstVersionManifest, fullManifest } from '#test/support/manifest-text.ts';
import { quickestMs } from './quickest-ms.ts';

const seed = 20_260_101;
const accepts = new Ajv2020().compile(schema);

test('2,000 malformed manifests each have a fault at a place of the text, in bounded time', () => {
  const seen = new Map<string, number>();
  fc.assert(
    fc.property(malformed, ({ kind, source }) => {
      seen.set(kind, (seen.get(kind) ?? 0) + 1);
      let parsed: ParsedManifest | undefined;
      expect(quickestMs(() => (parsed = parseManifest(source)))).toBeLessThan(100);
      expectPlacedFaults(source, parsed);
    }),
    { seed, numRuns: 2000 },
  );
  expect(seen.size).toBeGreaterThanOrEqual(25);
  for (const [kind, count] of seen) expect(count, kind).toBeGreaterThan(20);
});

test('a random edit that the published schema refuses is refused with a fault at a place of the text', () => {
  let refused = 0;
  fc.assert(
    fc.property(editedAtRandom, (text) => {
      if (isAcceptedElsewhere(text)) return;
      refused++;
      expectPlacedFaults(text, parseManifest(text));
    }),
    { seed, numRuns: 600 },
  );
  expect(refused).toBeGreaterThan(300);
});

test('the manifests that are changed are valid before', () => {
  for (const text of [firstVersionManifest, fullManifest, ecsManifest]) {
    expect(parseManifest(text)).toMatchObject({ ok: true });
    expect(isAcceptedElsewhere(text)).toBe(true);
  }
});

/** What plain YAML and another implementation of the schema say. */
function isAcceptedElsewhere(text: string): boolean {
  try {
    return accepts(parse(text, { logLevel: 'error' }));
  } catch {
    return false;
  }
}

function expectPlacedFaults(source: string | Uint8Array, parsed: ParsedManifest | undefined): void {
  if (!parsed || parsed.ok) expect.fail(`accepted:\n${String(source)}`);
  const text = (typeof source === 'string' ? source : new TextDecoder().decode(source)).replace(/^\uFEFF/, '');
  const lines = text.split('\n');
  expect(parsed.faults.length).toBeGreaterThan(0);
  expect(parsed.faults.length).toBeLessThanOrEqual(101);
  for (const { line, column, pointer, message } of parsed.faults) {
    const at = lines[line - 1];
    if (at === undefined) expect.fail(`line ${line} of ${lines.length}: ${message}`);
    expect(column).toBeGreaterThanOrEqual(1);
    expect(column).toBeLessThanOrEqual(at.length + 1);
    expect(pointer).toMatch(/^(?:\/(?:[^~/]|~[01])*)*$/);
    expect(message).toMatch(/^.{10,}[.?]$/su);
    expect(message.length).toBeLessThan(2000);
  }
}
