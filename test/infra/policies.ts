import * as z from 'zod';
import type { Resource } from './synthesized.ts';

const oneOrMany = z.union([z.string().transform((one) => [one]), z.array(z.string())]);
const statement = z.object({
  Sid: z.string().optional(),
  Effect: z.enum(['Allow', 'Deny']),
  Action: oneOrMany,
  Resource: oneOrMany.default([]),
  Condition: z.record(z.string(), z.unknown()).optional(),
});
export type Statement = z.output<typeof statement>;
const document = z.object({ Statement: z.array(statement) });

const documentsIn: Readonly<Record<string, string>> = {
  'AWS::IAM::Policy': 'PolicyDocument',
  'AWS::IAM::ManagedPolicy': 'PolicyDocument',
  'AWS::IAM::Role': 'AssumeRolePolicyDocument',
  'AWS::S3::BucketPolicy': 'PolicyDocument',
  'AWS::SQS::QueuePolicy': 'PolicyDocument',
  'AWS::SNS::TopicPolicy': 'PolicyDocument',
  'AWS::KMS::Key': 'KeyPolicy',
};

/** Every statement of every policy, with the resource that holds it. */
export function statementsIn(resources: readonly Resource[]): readonly { holder: Resource; statement: Statement }[] {
  return resources.flatMap((holder) => {
    const property = documentsIn[holder.type];
    if (property === undefined) return [];
    return document.parse(holder.properties[property]).Statement.map((statement) => ({ holder, statement }));
  });
}

/** What a role's policies allow. `role` is the resource itself. */
export function allowedBy(role: Resource, resources: readonly Resource[]): readonly Statement[] {
  const policies = resources.filter(
    ({ type, stack, properties }) =>
      type === 'AWS::IAM::Policy' &&
      stack === role.stack &&
      z.array(z.string()).parse(properties['Roles']).includes(`${role.stack}/${role.id}`),
  );
  return statementsIn(policies).map(({ statement }) => statement);
}

/** `action on resource`, one for each pair that the statements allow. */
export function pairsOf(statements: readonly Statement[]): ReadonlySet<string> {
  return new Set(
    statements.flatMap(({ Action, Resource }) =>
      Action.flatMap((action) => Resource.map((on) => `${action} on ${on}`)),
    ),
  );
}
