import * as z from 'zod';
import { parseInput } from '#local/gateway/parse-input.ts';
import { ServiceFault } from '#local/gateway/wire.ts';

const ARN_PREFIX = 'arn:aws:sns:eu-west-1:000000000000:';

export const TopicName = z.string().regex(/^[A-Za-z0-9_-]{1,256}$/, 'must have 1 to 256 letters, digits, _ or -');
export const Arn = z.string().min(1).max(2048);
/** A map as the query protocol writes it. */
export const Entries = z
  .array(z.strictObject({ key: z.string(), value: z.string() }))
  .default([])
  .transform((entries) => Object.fromEntries(entries.map(({ key, value }) => [key, value])));

export function topicArn(name: string): string {
  return `${ARN_PREFIX}${name}`;
}

/** @throws ServiceFault `InvalidParameter` */
export function parse<Schema extends z.ZodType>(schema: Schema, input: unknown): z.output<Schema> {
  return parseInput(schema, input, 'InvalidParameter');
}

export function invalid(message: string): ServiceFault {
  return new ServiceFault('InvalidParameter', `Invalid parameter: ${message}`);
}

export function notFound(what: string): ServiceFault {
  return new ServiceFault('NotFound', `${what} does not exist`, { status: 404 });
}
