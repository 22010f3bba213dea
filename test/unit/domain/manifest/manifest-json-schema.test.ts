import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { parseManifest } from '#domain/manifest/parse-manifest.ts';
import { validateServiceManifest } from '#usecases/validate-service-manifest.ts';
import { manifestJsonSchema } from '../../../../scripts/gen-manifest-schema.ts';
import { ecsManifest, firstVersionManifest, fullManifest, shortManifest } from '#test/support/manifest-text.ts';

const fileOf = (path: string): string => readFileSync(new URL(`../../../../${path}`, import.meta.url), 'utf8');
const schema = JSON.parse(manifestJsonSchema()) as { title: string; properties: Record<string, unknown> };
const accepts = new Ajv2020().compile(schema);
// Those that are a whole file, not a part of one.
const examples = [...fileOf('docs/service-yaml.md').matchAll(/```yaml\n(.*?)```/gs)]
  .map(([, text = '']) => text)
  .filter((text) => /^apiVersion:/m.test(text));

test('the committed schema is what the manifest says now', () => {
  expect(fileOf('schemas/json/service.v1.schema.json')).toBe(manifestJsonSchema());
});

test('every setting has a title and a description for the editor', () => {
  const bare: string[] = [];
  const visit = (node: unknown, path: string): void => {
    if (typeof node !== 'object' || node === null) return;
    for (const [key, value] of Object.entries(node)) {
      const isSetting = path.endsWith('/properties');
      if (isSetting && !(hasText(value, 'title') && hasText(value, 'description'))) bare.push(`${path}/${key}`);
      visit(value, `${path}/${key}`);
    }
  };
  visit(schema, '');
  expect(Object.keys(schema.properties)).toHaveLength(16);
  expect(bare).toEqual([]);
});

test("the documentation's examples are accepted by the schema, the service and a deployment of today", () => {
  expect(examples).toHaveLength(2);
  for (const example of examples) {
    expect(validateServiceManifest(example)).toMatchObject({ valid: true, warnings: [] });
    expect(accepts(parse(example))).toBe(true);
  }
});

test('the documentation names every setting that the schema has', () => {
  const settings = new Set<string>();
  JSON.stringify(schema, (key: string, value: unknown) => {
    if (key === 'properties' && typeof value === 'object' && value)
      for (const name of Object.keys(value)) settings.add(name);
    return value;
  });
  const table = fileOf('docs/service-yaml.md').split('## Settings')[1]?.split('## The artifact')[0] ?? '';
  for (const name of settings) expect(table).toContain(name);
  expect(settings.size).toBeGreaterThan(25);
});

test.for([shortManifest(), firstVersionManifest, fullManifest, ecsManifest])('a valid manifest is accepted', (text) => {
  expect(accepts(parse(text))).toBe(true);
});

test.for([
  ['an unknown key', shortManifest('zebra: 1')],
  ["another target's settings", shortManifest().replace('lambda', 'ecs')],
  ['an unknown strategy', shortManifest('strategy: { type: sideways }')],
  ["another strategy's settings", shortManifest('strategy: { type: immediate, batches: 2 }')],
  ['a secret that is no reference', shortManifest().replace('{}', '{ secrets: { A: hunter2 } }')],
  ['a window without a time zone', shortManifest().replace('{}', '{ freeze: [{ type: weekly, days: [friday] }] }')],
  ['too many groups', shortManifest().replace('{}', '{ approval: { groups: [a, b, c, d, e, f] } }')],
  ['a bare account number', shortManifest().replace('{}', '{ account: 123456789012 }')],
  ['a path that leaves the repository', shortManifest().replace('dist', '../dist')],
  ['a reserved variable', shortManifest().replace('{}', '{ variables: { AWS_REGION: a } }')],
  ['too little memory', shortManifest().replace('handler: index', 'memoryMb: 64\n  handler: index')],
  ['no bundle stage', shortManifest().replace('bundle:', 'compile:')],
  ['no environment', shortManifest().replace('\n  staging: {}', ' {}')],
  ["a preview's name", shortManifest().replace('staging', 'pr-17')],
] as const)('%s is refused by the schema as by the service', ([, text]) => {
  expect(accepts(parse(text))).toBe(false);
  expect(parseManifest(text)).toMatchObject({ ok: false });
});

function hasText(node: unknown, key: string): boolean {
  return typeof node === 'object' && node !== null && typeof Reflect.get(node, key) === 'string';
}
