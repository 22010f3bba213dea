import * as z from 'zod';
import { ServiceFault } from '#local/gateway/wire.ts';

const groupName = z.string().regex(/^[.\-_/#A-Za-z0-9]{1,512}$/, 'Must match [.-_/#A-Za-z0-9]+.');
const streamName = z.string().regex(/^[^:*]{1,512}$/, 'Must match [^:*]*.');

/** Members that many operations share. A group may be named by its ARN where AWS takes an identifier. */
export const member = {
  groupName,
  streamName,
  /** Name or ARN; answers the name. */
  groupIdentifier: z
    .string()
    .transform((text) => /^arn:aws:logs:[^:]+:\d{12}:log-group:([^:]+)(?::\*)?$/.exec(text)?.[1] ?? text)
    .pipe(groupName),
  nextToken: z.string().optional(),
  limit: (most: number) => z.int().min(1).max(most).default(most),
  timestamp: z.int().min(0),
};

/**
 * Parses an operation's input; what the schema does not know is refused by name.
 *
 * @throws ServiceFault `InvalidParameterException`
 */
export function parseInput<S extends z.ZodType>(schema: S, input: Record<string, unknown>): z.output<S> {
  const parsed = schema.safeParse(input);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const where = issue?.path.join('.') ?? '';
  throw invalidParameter(
    issue?.code === 'unrecognized_keys'
      ? `The local endpoint does not support the member ${[...(issue.path ?? []), issue.keys.join(', ')].join('.')}.`
      : `Value at '${where}' failed to satisfy constraint: ${issue?.message ?? 'it is not valid'}`,
  );
}

/** The one group of a request that may name it as `logGroupName` or as `logGroupIdentifier`, never as both. */
export function namedGroup(input: {
  logGroupName?: string | undefined;
  logGroupIdentifier?: string | undefined;
}): string {
  const name = input.logGroupName ?? input.logGroupIdentifier;
  if (name === undefined || (input.logGroupName !== undefined && input.logGroupIdentifier !== undefined)) {
    throw invalidParameter('Exactly one of logGroupName and logGroupIdentifier must be given.');
  }
  return name;
}

export function invalidParameter(message: string): ServiceFault {
  return new ServiceFault('InvalidParameterException', message);
}
