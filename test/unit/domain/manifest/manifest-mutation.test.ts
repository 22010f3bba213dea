import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { parse, stringify } from 'yaml';
import { parseManifest } from '#domain/manifest/parse-manifest.ts';
import { fullManifest } from '#test/support/manifest-text.ts';

function expectManifestOrPlacedFaults(text: string): void {
  const parsed = parseManifest(text);
  if (parsed.ok) return;
  expect(parsed.faults.length).toBeGreaterThan(0);
  const lines = text.replace(/^\uFEFF/, '').split('\n');
  const places = parsed.faults.map(({ line, column }) => line * 1_000_000 + column);
  expect(places).toEqual([...places].sort((left, right) => left - right));
  for (const { line, column, pointer, message } of parsed.faults) {
    expect(line).toBeGreaterThanOrEqual(1);
    expect(line).toBeLessThanOrEqual(lines.length);
    expect(column).toBeGreaterThanOrEqual(1);
    expect(column).toBeLessThanOrEqual((lines[line - 1]?.length ?? 0) + 1);
    expect(pointer).toMatch(/^(?:\/(?:[^~/]|~[01])*)*$/);
    expect(message).toMatch(/^.{10,}[.?]$/su);
  }
}

test('a manifest with some characters replaced parses, or has faults with a place in the text', () => {
  const edit = fc.record({
    at: fc.nat(fullManifest.length),
    removed: fc.nat(20),
    added: fc.oneof(
      fc.constantFrom('', '\n', '  ', ':', '- ', '{', '}', '"', '&calm ', '*calm', '!x ', '\t', '#'),
      fc.string(),
    ),
  });
  fc.assert(
    fc.property(fc.array(edit, { minLength: 1, maxLength: 3 }), (edits) => {
      expectManifestOrPlacedFaults(
        edits.reduce(
          (text, { at, removed, added }) => text.slice(0, at) + added + text.slice(at + removed),
          fullManifest,
        ),
      );
    }),
    { numRuns: 400 },
  );
});

test('a manifest with any value put anywhere parses, or has faults with a place in the text', () => {
  const paths = pathsOf(parse(fullManifest));
  fc.assert(
    fc.property(fc.constantFrom(...paths), fc.jsonValue({ maxDepth: 3 }), (path, value) => {
      expectManifestOrPlacedFaults(stringify(replaced(parse(fullManifest), path, value)));
    }),
    { numRuns: 400 },
  );
});

test('a key that no setting has is always a fault, at whatever level', () => {
  const isMap = (value: unknown): boolean => typeof value === 'object' && value !== null && !Array.isArray(value);
  const named = new Set(['environments', 'variables', 'arguments', 'environment', 'secrets']);
  const maps = pathsOf(parse(fullManifest)).filter(
    (path) => isMap(valueAt(parse(fullManifest), path)) && !named.has(String(path.at(-1))),
  );
  for (const path of maps) {
    const parsed = parseManifest(stringify(replaced(parse(fullManifest), [...path, 'zebra'], 1)));
    const pointers = parsed.ok ? [] : parsed.faults.map(({ code, pointer }) => [code, pointer]);
    expect(pointers).toContainEqual(['unknown_key', `/${[...path, 'zebra'].join('/')}`]);
  }
  expect(maps.length).toBeGreaterThan(10);
});

type Path = readonly (string | number)[];

function pathsOf(value: unknown, path: Path = []): readonly Path[] {
  if (typeof value !== 'object' || value === null) return [path];
  const steps = Array.isArray(value) ? [...value.keys()] : Object.keys(value);
  return [path, ...steps.flatMap((step) => pathsOf(Reflect.get(value, step), [...path, step]))];
}

function valueAt(value: unknown, path: Path): unknown {
  return path.reduce<unknown>((at, step) => (typeof at === 'object' && at ? Reflect.get(at, step) : undefined), value);
}

function replaced(value: unknown, [step, ...rest]: Path, by: unknown): unknown {
  if (step === undefined || typeof value !== 'object' || value === null) return by;
  const copy: object = Array.isArray(value) ? [...(value as unknown[])] : { ...value };
  Reflect.set(copy, step, replaced(Reflect.get(copy, step), rest, by));
  return copy;
}
