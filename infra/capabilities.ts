import type { Capability } from '#functions/capabilities.ts';
import { tableShape } from '#schemas/table.ts';

/** Permission to do exactly `actions` to exactly `resources`. */
export interface Grant {
  readonly actions: readonly string[];
  readonly resources: readonly string[];
  readonly conditions?: Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>;
}

/** ARNs of everything that a capability can be about. */
export interface GrantTargets {
  readonly table: string;
  readonly bucket: string;
  readonly signingKey: string;
  readonly sealKey: string;
  readonly bus: string;
  /** Of the alias: an execution is only ever started through it. */
  readonly deploymentMachine: string;
  readonly projects: readonly string[];
  /** Patterns of the roles that services keep for being released into, one per account. */
  readonly deployRoles: readonly string[];
}

/** What each capability means in IAM: the calls that its adapter makes, on what it makes them on, and nothing more. */
const grants: Readonly<Record<Capability, (targets: GrantTargets) => readonly Grant[]>> = {
  'table:read': ({ table }) => [
    { actions: ['dynamodb:GetItem'], resources: [table] },
    {
      actions: ['dynamodb:Query'],
      resources: [table, ...tableShape.indexes.map(({ name }) => `${table}/index/${name}`)],
    },
  ],
  'table:write': ({ table }) => [
    {
      // A transaction needs the permission of each of its parts; there is none for the transaction itself.
      actions: [
        'dynamodb:PutItem',
        'dynamodb:UpdateItem',
        'dynamodb:DeleteItem',
        'dynamodb:ConditionCheckItem',
        'dynamodb:BatchWriteItem',
      ],
      resources: [table],
    },
  ],
  'blobs:read': ({ bucket }) => [
    { actions: ['s3:GetObject'], resources: [`${bucket}/sources/*`, `${bucket}/uploads/*`, `${bucket}/artifacts/*`] },
    // Without it S3 answers 403 for an object that is not there, and "not there yet" is an ordinary answer here.
    { actions: ['s3:ListBucket'], resources: [bucket] },
  ],
  'blobs:write': ({ bucket }) => [
    { actions: ['s3:PutObject'], resources: [`${bucket}/plans/*`, `${bucket}/artifacts/*`] },
  ],
  'artifacts:sign': ({ signingKey }) => [
    {
      actions: ['kms:Sign'],
      resources: [signingKey],
      conditions: { StringEquals: { 'kms:SigningAlgorithm': 'ECDSA_SHA_256' } },
    },
  ],
  'artifacts:verify': ({ signingKey }) => [{ actions: ['kms:GetPublicKey'], resources: [signingKey] }],
  seals: ({ sealKey }) => [
    {
      actions: ['kms:GenerateMac'],
      resources: [sealKey],
      conditions: { StringEquals: { 'kms:MacAlgorithm': 'HMAC_SHA_256' } },
    },
  ],
  'events:publish': ({ bus }) => [
    {
      actions: ['events:PutEvents'],
      resources: [bus],
      conditions: { StringEquals: { 'events:source': 'deployment-service' } },
    },
  ],
  'machines:start': ({ deploymentMachine }) => [{ actions: ['states:StartExecution'], resources: [deploymentMachine] }],
  'runners:probe': ({ projects }) => [{ actions: ['codebuild:BatchGetProjects'], resources: projects }],
  // No permission on any function of a service: that lies in the service's own deploy role.
  'targets:deploy': ({ deployRoles }) => [{ actions: ['sts:AssumeRole'], resources: deployRoles }],
  'tokens:verify': () => [],
  toolchain: () => [],
  repositories: () => [],
};

/** The grants of a capability. */
export function grantsOf(capability: Capability, targets: GrantTargets): readonly Grant[] {
  return grants[capability](targets);
}
