import * as z from 'zod';
import { parseInput } from '#local/gateway/parse-input.ts';
import type { QueryValue } from './query-input.ts';

/** @throws ServiceFault `ValidationError`, naming each member that is wrong or unknown */
export function parseQuery<Schema extends z.ZodType>(schema: Schema, input: QueryValue): z.output<Schema> {
  return parseInput(schema, input, 'ValidationError');
}

/** A list; an empty one arrives as the empty text. */
export function listOf<Item extends z.ZodType>(item: Item) {
  return z.preprocess((value) => (value === '' ? [] : value), z.array(item));
}

/** Numbers and booleans arrive as text. */
export function wholeNumber(least: number, most: number) {
  return z
    .string()
    .regex(/^\d+$/, 'must be a whole number')
    .transform(Number)
    .pipe(z.number().min(least, `must be ${least} or more`).max(most, `must be ${most} or less`));
}

export const flag = z.enum(['true', 'false']).transform((text) => text === 'true');

/** Tags are taken and not kept: nothing here reads them. */
export const tags = listOf(z.strictObject({ Key: z.string(), Value: z.string().optional() })).optional();
