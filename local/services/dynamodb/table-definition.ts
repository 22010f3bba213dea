import * as z from 'zod';
import { checkCreateTable } from './dynalite.ts';
import { validation } from './faults.ts';
import { parseRequest } from './request.ts';

const keyElement = z.strictObject({ AttributeName: z.string(), KeyType: z.enum(['HASH', 'RANGE']) });
const throughput = z.strictObject({ ReadCapacityUnits: z.number(), WriteCapacityUnits: z.number() });

const tableDefinition = z.strictObject({
  TableName: z.string(),
  AttributeDefinitions: z.array(z.strictObject({ AttributeName: z.string(), AttributeType: z.enum(['S', 'N', 'B']) })),
  KeySchema: z.array(keyElement),
  BillingMode: z.enum(['PROVISIONED', 'PAY_PER_REQUEST']).optional(),
  ProvisionedThroughput: throughput.optional(),
  GlobalSecondaryIndexes: z
    .array(
      z.strictObject({
        IndexName: z.string(),
        KeySchema: z.array(keyElement),
        Projection: z.strictObject({
          ProjectionType: z.enum(['ALL', 'KEYS_ONLY', 'INCLUDE']),
          NonKeyAttributes: z.array(z.string()).optional(),
        }),
        ProvisionedThroughput: throughput.optional(),
      }),
    )
    .optional(),
  StreamSpecification: z
    .strictObject({
      StreamEnabled: z.boolean(),
      StreamViewType: z.enum(['NEW_IMAGE', 'OLD_IMAGE', 'NEW_AND_OLD_IMAGES', 'KEYS_ONLY']).optional(),
    })
    .optional(),
  TableClass: z.literal('STANDARD').optional(),
  DeletionProtectionEnabled: z
    .literal(false, 'The local DynamoDB has no UpdateTable to lift a deletion protection, so it sets none')
    .optional(),
});

/** The request of CreateTable, which is also what the table keeps of itself. */
export type TableDefinition = z.infer<typeof tableDefinition>;

/** @throws ServiceFault ValidationException in DynamoDB's words where dynalite knows them */
export function readTableDefinition(input: Record<string, unknown>): TableDefinition {
  checkCreateTable(input);
  const definition = parseRequest(tableDefinition, input);
  const { StreamSpecification: stream, GlobalSecondaryIndexes: indexes = [] } = definition;
  if (stream && stream.StreamEnabled !== (stream.StreamViewType !== undefined)) {
    throw validation(
      'One or more parameter values were invalid: StreamViewType must be given exactly when StreamEnabled is true',
    );
  }
  for (const { Projection, IndexName } of indexes) {
    if (Projection.ProjectionType === 'INCLUDE' && !Projection.NonKeyAttributes) {
      throw validation(
        `One or more parameter values were invalid: ProjectionType is INCLUDE, but NonKeyAttributes is not specified (index ${IndexName})`,
      );
    }
  }
  const keys = new Set([definition, ...indexes].flatMap((each) => each.KeySchema.map((key) => key.AttributeName)));
  const defined = definition.AttributeDefinitions.map((each) => each.AttributeName);
  if (new Set(defined).size < defined.length) {
    throw validation('Cannot have two attributes with the same name in AttributeDefinitions');
  }
  if (defined.some((name) => !keys.has(name))) {
    throw validation(
      'One or more parameter values were invalid: Some AttributeDefinitions are not used. ' +
        `AttributeDefinitions: [${defined.join(', ')}], keys used: [${[...keys].join(', ')}]`,
    );
  }
  return definition;
}
