import type * as z from 'zod';

/**
 * What a union by `type` says of a type that it does not have. Something that is no map at all keeps the words of a
 * wrong type.
 *
 * @param types the types as a reader lists them, `lambda or ecs`
 */
export function wrongType(types: string): z.core.$ZodErrorMap {
  return ({ code }) => (code === 'invalid_union' ? `must be ${types}` : undefined);
}
