import * as z from 'zod';

/** What a schema has against a value. An issue without words of the schema's own has an empty message. */
export function findIssues(schema: z.core.$ZodType, value: unknown): readonly z.core.$ZodIssue[] {
  return z.safeParse(schema, value, { error: () => '' }).error?.issues ?? [];
}
