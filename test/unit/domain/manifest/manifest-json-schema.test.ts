import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { parseManifest } from '#domain/manifest/parse-manifest.ts';
import { manifestJsonSchema } from '../../../../scripts/gen-manifest-schema.ts';
import { fullManifest, shortManifest } from './manifest-text.ts';

const fileOf = (path: string): string => readFileSync(new URL(`../../../../${path}`, import.meta.url), 'utf8');
const schema = JSON.parse(manifestJsonSchema()) as { title: string; properties: Record<string, unknown> };
const accepts = new Ajv2020().compile(schema);
const example = /```yaml\n(.*?)```/s.exec(fileOf('docs/service-yaml.md'))?.[1] ?? '';

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
  expect(Object.keys(schema.properties)).toHaveLength(9);
  expect(bare).toEqual([]);
});

test("the documentation's example is accepted by the schema and by the service", () => {
  expect(parseManifest(example)).toMatchObject({ ok: true });
  expect(accepts(parse(example))).toBe(true);
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

test.for([shortManifest(), fullManifest])('a valid manifest is accepted', (text) => {
  expect(accepts(parse(text))).toBe(true);
});

test.for([
  ['an unknown key', shortManifest('zebra: 1')],
  ['a target of a later version', shortManifest().replace('lambda', 'ecs')],
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
