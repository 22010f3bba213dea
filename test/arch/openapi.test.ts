import { createConfig, lintFromString } from '@redocly/openapi-core';
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { createClient } from '#client/client.ts';
import { functionCatalog } from '#functions/catalog.ts';

const file = new URL('../../schemas/json/openapi.json', import.meta.url);
const source = readFileSync(file, 'utf8');
interface Operation {
  readonly operationId: string;
  readonly responses: Readonly<Record<string, unknown>>;
}
const document = JSON.parse(source) as { paths: Record<string, Record<string, Operation>> };
const operations = Object.values(document.paths).flatMap((methods) => Object.values(methods));

test('the OpenAPI document has no complaint of the strict rules', async () => {
  const config = await createConfig({ extends: ['recommended-strict'] });
  const found = await lintFromString({ source, absoluteRef: file.pathname, config });
  expect(found.map(({ ruleId, message, location }) => `${ruleId} ${location[0]?.pointer}: ${message}`)).toEqual([]);
});

test('every operation of the catalog is in it, with what it answers', () => {
  const contracts = functionCatalog.flatMap(({ trigger }) => (trigger.kind === 'api' ? [trigger.contract] : []));
  for (const { path, method, statuses } of contracts) {
    const operation = document.paths[path]?.[method.toLowerCase()];
    expect(Object.keys(operation?.responses ?? {}), `${method} ${path}`).toEqual(
      expect.arrayContaining(statuses.map(String)),
    );
  }
  expect(operations).toHaveLength(contracts.length);
});

test('the typed client has every operation that a program calls', () => {
  const client = createClient({ baseUrl: 'http://127.0.0.1:1', token: () => Promise.resolve('') });
  // The log is read in pages or followed, and a webhook is a git host's to call.
  const named: Readonly<Record<string, string>> = { streamLogs: 'readLogs' };
  const missing = operations
    .map(({ operationId }) => named[operationId] ?? operationId)
    .filter((name) => !name.endsWith('Webhook') && !(name in client));
  expect(missing).toEqual([]);
});
