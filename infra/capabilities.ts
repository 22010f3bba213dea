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
  /** Pattern of the repositories of services. */
  readonly imageRepositories: string;
  /** Whether other accounts run images of them. */
  readonly imagesShared: boolean;
  readonly signingKey: string;
  readonly sealKey: string;
  readonly bus: string;
  /** Of the alias: an execution is only ever started through it. */
  readonly deploymentMachine: string;
  readonly pushMachine: string;
  readonly promotionMachine: string;
  /** Patterns of the secrets of webhooks, and of the tokens that statuses are shown with. */
  readonly webhookSecrets: string;
  readonly providerTokens: string;
  /** Of the machines themselves: a token speaks for no version and no alias. */
  readonly machines: readonly string[];
  readonly projects: readonly string[];
  /** Where traces go: to X-Ray, to a receiver that wants a secret header, or to neither. */
  readonly traces: { readonly toXray: boolean; readonly headersSecret?: string };
  /** The token of an external artifact service. */
  readonly artifactToken?: string;
  /** Webhooks' addresses of services, who e-mail comes from, and the token of a service that sends in our place. */
  readonly notifications: {
    readonly secrets: string;
    readonly parameters: string;
    readonly tag: Readonly<Record<string, string>>;
    readonly sender?: string;
    readonly identities: readonly string[];
    readonly token?: string;
  };
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
  'images:place': ({ imageRepositories, imagesShared }) => [
    {
      actions: ['ecr:CreateRepository', 'ecr:PutLifecyclePolicy', ...(imagesShared ? ['ecr:SetRepositoryPolicy'] : [])],
      resources: [imageRepositories],
    },
  ],
  'images:read': ({ imageRepositories }) => [{ actions: ['ecr:BatchGetImage'], resources: [imageRepositories] }],
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
  'pushes:start': ({ pushMachine }) => [{ actions: ['states:StartExecution'], resources: [pushMachine] }],
  'promotions:start': ({ promotionMachine }) => [{ actions: ['states:StartExecution'], resources: [promotionMachine] }],
  'machines:wake': ({ machines }) => [
    {
      actions: ['states:SendTaskSuccess', 'states:SendTaskFailure', 'states:SendTaskHeartbeat'],
      resources: machines,
    },
  ],
  'builds:stop': ({ projects }) => [{ actions: ['codebuild:StopBuild'], resources: projects }],
  'runners:probe': ({ projects }) => [{ actions: ['codebuild:BatchGetProjects'], resources: projects }],
  // No permission on any function of a service: that lies in the service's own deploy role.
  'targets:deploy': ({ deployRoles }) => [{ actions: ['sts:AssumeRole'], resources: deployRoles }],
  'tokens:verify': () => [],
  toolchain: () => [],
  repositories: () => [],
  'traces:export': ({ traces }) => [
    // X-Ray has no resources that a grant could name.
    ...(traces.toXray ? [{ actions: ['xray:PutSpans', 'xray:PutSpansForIndexing'], resources: ['*'] }] : []),
    ...(traces.headersSecret === undefined
      ? []
      : [{ actions: ['secretsmanager:GetSecretValue'], resources: [traces.headersSecret] }]),
  ],
  'webhooks:verify': ({ webhookSecrets }) => [
    { actions: ['secretsmanager:GetSecretValue'], resources: [webhookSecrets] },
  ],
  'statuses:show': ({ providerTokens }) => [
    { actions: ['secretsmanager:GetSecretValue'], resources: [providerTokens] },
  ],
  'artifacts:registry': ({ artifactToken }) =>
    artifactToken === undefined ? [] : [{ actions: ['secretsmanager:GetSecretValue'], resources: [artifactToken] }],
  // With a service that sends in our place, neither a webhook nor a mail is any business of the function.
  'notifications:send': ({ notifications: { token, secrets, parameters, tag, sender, identities } }) =>
    token !== undefined
      ? [{ actions: ['secretsmanager:GetSecretValue'], resources: [token] }]
      : [
          { actions: ['secretsmanager:GetSecretValue'], resources: [secrets], conditions: { StringEquals: tag } },
          { actions: ['ssm:GetParameter'], resources: [parameters], conditions: { StringEquals: tag } },
          ...(sender === undefined
            ? []
            : [
                {
                  actions: ['ses:SendEmail'],
                  resources: identities,
                  conditions: { StringEquals: { 'ses:FromAddress': sender } },
                },
              ]),
        ],
  'metrics:record': () => [],
};

/** The grants of a capability. */
export function grantsOf(capability: Capability, targets: GrantTargets): readonly Grant[] {
  return grants[capability](targets);
}
