import * as z from 'zod';
import { ServiceFault } from './wire.ts';

/**
 * Checks the input of an operation. Give it a strict object: a member that the local service does not know is then
 * refused by name instead of being ignored.
 *
 * @throws ServiceFault `ValidationException` (or the given code) that names every offending member
 */
export function parseInput<Schema extends z.ZodType>(
  schema: Schema,
  input: unknown,
  code = 'ValidationException',
): z.output<Schema> {
  const parsed = schema.safeParse(input);
  if (parsed.success) return parsed.data;
  const faults = parsed.error.issues.map((issue) => {
    if (issue.code === 'unrecognized_keys') {
      return `the local endpoint does not support ${issue.keys.map((key) => [...issue.path, key].join('.')).join(', ')}`;
    }
    return `${issue.path.join('.') || 'the input'}: ${issue.message}`;
  });
  throw new ServiceFault(code, faults.join('; '));
}
