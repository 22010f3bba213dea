import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { detailSchema, eventCatalog } from '#schemas/events/catalog.ts';
import { eventSource } from '#schemas/events/envelope.ts';

const folder = new URL('../../schemas/events/examples/', import.meta.url);
const published = z.object({ source: z.literal(eventSource), 'detail-type': z.string(), detail: z.unknown() });

// Consumers have stored events like these. An example is added to, never changed: it must parse for ever.
describe('the committed examples of events', () => {
  test('there is one for each kind, and none of a kind that does not exist', () => {
    const examples = readdirSync(folder).map((file) => file.replace(/\.json$/, ''));
    expect(examples.sort()).toEqual(eventCatalog.map(({ type }) => type).sort());
  });

  test.each(eventCatalog.map((contract) => ({ type: contract.type, contract })))(
    '$type parses',
    ({ type, contract }) => {
      const example = published.parse(JSON.parse(readFileSync(new URL(`${type}.json`, folder), 'utf8')));
      expect(example['detail-type']).toBe(type);
      expect(detailSchema<z.ZodType>(contract).parse(example.detail)).toEqual(example.detail);
    },
  );
});
