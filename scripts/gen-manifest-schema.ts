import * as z from 'zod';
import { manifestSchema } from '#schemas/service/manifest.ts';

/** Text of `schemas/json/service.v1.schema.json`, which editors use to complete and check `service.yaml`. */
export function manifestJsonSchema(): string {
  // What an author writes, hence the input: settings with a default are not required.
  const { $schema, ...schema } = z.toJSONSchema(manifestSchema, { io: 'input', override: addTitle });
  return `${JSON.stringify({ $schema, $id: 'urn:deployment-service:service.yaml:v1', ...schema }, null, 2)}\n`;
}

function addTitle({ jsonSchema, path }: { jsonSchema: z.core.JSONSchema.BaseSchema; path: PropertyKey[] }): void {
  const [parent, setting] = path.slice(-2);
  if (parent === 'properties' && typeof setting === 'string') jsonSchema.title = titleOf(setting);
}

/** `timeoutSeconds` becomes `Timeout (seconds)`. */
function titleOf(setting: string): string {
  const words = setting.replaceAll(/[A-Z]/g, (capital) => ` ${capital.toLowerCase()}`);
  const withUnit = words
    .replace(/ seconds$/, ' (seconds)')
    .replace(/ mb$/, ' (MB)')
    .replace(/^api /, 'API ');
  return withUnit.charAt(0).toUpperCase() + withUnit.slice(1);
}
