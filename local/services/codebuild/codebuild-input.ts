import * as z from 'zod';
import { ServiceFault } from '#local/gateway/wire.ts';

/**
 * Parses an operation's input; what the schema does not know is refused by name.
 *
 * @throws ServiceFault `InvalidInputException`
 */
export function parseInput<S extends z.ZodType>(schema: S, input: Record<string, unknown>): z.output<S> {
  const parsed = schema.safeParse(input);
  if (parsed.success) return parsed.data;
  throw invalidInput(describeIssue(parsed.error, 'The local endpoint does not support'));
}

/** Says the first fault of a document in one line, led by the place where it is. */
export function describeIssue(error: z.ZodError, refusal: string): string {
  const [issue] = error.issues;
  const where = issue?.path.join('.') ?? '';
  if (issue?.code !== 'unrecognized_keys') return `Invalid input at ${where || 'the top'}: ${issue?.message}`;
  return `${refusal} ${issue.keys.map((key) => (where ? `${where}.${key}` : key)).join(', ')}.`;
}

export function invalidInput(message: string): ServiceFault {
  return new ServiceFault('InvalidInputException', message);
}
