import * as z from 'zod';
import { validation } from './faults.ts';

/**
 * Reads the members of a request. Schemas are strict: a member that this endpoint does not know could change the meaning of the
 * request, so it is refused by name instead of being dropped.
 */
export function parseRequest<T>(schema: z.ZodType<T>, input: unknown): T {
  const result = schema.safeParse(input);
  if (result.success) return result.data;
  const unknown = result.error.issues.flatMap((issue) =>
    issue.code === 'unrecognized_keys' ? issue.keys.map((key) => [...issue.path, key].join('.')) : [],
  );
  if (unknown.length > 0) {
    throw validation(`The local DynamoDB does not support the request member(s): ${unknown.join(', ')}`);
  }
  const faults = result.error.issues.map((issue) => `Value at '${issue.path.join('.')}': ${issue.message}`);
  throw validation(
    `${faults.length} validation error${faults.length > 1 ? 's' : ''} detected: ${faults.slice(0, 10).join('; ')}`,
  );
}

export const tableName = z
  .string()
  .min(3)
  .max(255)
  .regex(
    /^[a-zA-Z0-9_.-]+$/,
    'Member must satisfy regular expression pattern: [a-zA-Z0-9_.-]+ (an ARN is not accepted)',
  );

/** A map of attribute values, checked by `readItem`: a recursive schema would cost more than the write itself. */
export const attributeMap = z.custom<Record<string, unknown>>(
  (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
  'Member must be a map of attribute values',
);

export const attributeNames = z.record(z.string(), z.string());

/** Accepted and not answered: nothing on this host is metered. */
export const notMetered = {
  ReturnConsumedCapacity: z.enum(['INDEXES', 'TOTAL', 'NONE']).optional(),
};

/** Collection metrics exist only for tables with local secondary indexes, which are refused: AWS leaves them out too. */
export const noCollections = {
  ReturnItemCollectionMetrics: z.enum(['SIZE', 'NONE']).optional(),
};

/** The members that every conditional write has, alone or in a transaction. */
export const conditionMembers = {
  ConditionExpression: z.string().optional(),
  ExpressionAttributeNames: attributeNames.optional(),
  ExpressionAttributeValues: attributeMap.optional(),
  ReturnValuesOnConditionCheckFailure: z.enum(['ALL_OLD', 'NONE']).optional(),
};
