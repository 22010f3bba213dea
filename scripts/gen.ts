import { mkdir, writeFile } from 'node:fs/promises';
import { costSheet } from './cost/cost-sheet.ts';
import { catalogReference } from './gen-reference.ts';
import { manifestJsonSchema } from './gen-manifest-schema.ts';
import { openApiDocument } from './gen-openapi.ts';

/** Writes every generated file that is committed. A test compares each with what this would write. */
export const generated = {
  'schemas/json/service.v1.schema.json': manifestJsonSchema,
  'schemas/json/openapi.json': openApiDocument,
  'docs/reference.md': catalogReference,
  'docs/cost.md': costSheet,
} as const satisfies Record<string, () => string>;

if (import.meta.main) {
  await mkdir('schemas/json', { recursive: true });
  for (const [file, make] of Object.entries(generated)) {
    await writeFile(file, make());
    process.stdout.write(`${file}\n`);
  }
}
