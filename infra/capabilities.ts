import type { Capability } from '#functions/capabilities.ts';
import { tableShape } from '#schemas/table.ts';
import { startMachines } from './start-machine.ts';

/** Permission to do exactly `actions` to exactly `resources`. */
export interface Grant {
  readonly actions: readonly string[];
  readonly resources: readonly string[];
  readonly conditions?: Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>;
  /** Why a resource with `*` can be no narrower. Without it the check of the templates refuses one. */
  readonly because?: string;
}

/** ARNs of everything that a capability can be about. */
export interface GrantTargets {
  readonly table: string;
  readonly bucket: string;
  /** What is archived, and the key that it is encrypted with. */
  readonly evidence: { readonly bucket: string; readonly key: string };
  /** Pattern of the repositories of services. */
  readonly imageRepositories: string;
  /** Whether other accounts run images of them. */
  readonly imagesShared: boolean;
  readonly signingKey: string;
  readonly sealKey: string;
  readonly bus: string;
  /** Of the machines themselves; `startMachines` says through which alias. */
  readonly deploymentMachine: string;
  readonly rollbackMachine: string;
  readonly pushMachine: string;
  readonly promotionMachine: string;
  /** Patterns of the secrets of webhooks, and of the tokens that statuses are shown with. */
  readonly webhookSecrets: string;
  readonly providerTokens: string;
  /** Of the machines themselves: a token speaks for no version and no alias. */
  readonly machines: readonly string[];
  readonly projects: readonly string[];
  /** The fleet that builds run on, where there is one. */
  readonly fleet?: string;
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

/** Why some resources are patterns. */
export const objectsComeLater =
  'Objects are named when they are made; the prefix is one that this role works on, and nothing else lies under it.';
export const repositoriesComeLater =
  'Each service gets its repository when its first image is planned; the prefix is kept for them.';
export const taggedSecrets =
  'Secrets are named by services that register later; the tag that the condition wants says that they are meant for this.';
const ownSecrets = 'The prefix is kept for secrets of the installation, and which providers have one is decided later.';

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
      actions: ['dynamodb:PutItem', 'dynamodb:UpdateItem', 'dynamodb:DeleteItem', 'dynamodb:ConditionCheckItem'],
      resources: [table],
    },
  ],
  'table:note': ({ table }) => [{ actions: ['dynamodb:PutItem', 'dynamodb:UpdateItem'], resources: [table] }],
  'table:batch': ({ table }) => [{ actions: ['dynamodb:BatchWriteItem'], resources: [table] }],
  'blobs:read': ({ bucket }) => [
    {
      actions: ['s3:GetObject'],
      resources: [`${bucket}/sources/*`, `${bucket}/uploads/*`, `${bucket}/artifacts/*`],
      because: objectsComeLater,
    },
    // Without it S3 answers 403 for an object that is not there, and "not there yet" is an ordinary answer here.
    { actions: ['s3:ListBucket'], resources: [bucket] },
  ],
  'blobs:write': ({ bucket }) => [
    { actions: ['s3:PutObject'], resources: [`${bucket}/plans/*`, `${bucket}/artifacts/*`], because: objectsComeLater },
  ],
  'blobs:cache': ({ bucket }) => [
    { actions: ['s3:GetObject'], resources: [`${bucket}/uploads/*`], because: objectsComeLater },
    { actions: ['s3:PutObject'], resources: [`${bucket}/cache/*`], because: objectsComeLater },
    // A result that did not arrive is answered with 404 only to those who may list.
    { actions: ['s3:ListBucket'], resources: [bucket] },
  ],
  'images:place': ({ imageRepositories, imagesShared }) => [
    {
      actions: ['ecr:CreateRepository', 'ecr:PutLifecyclePolicy', ...(imagesShared ? ['ecr:SetRepositoryPolicy'] : [])],
      resources: [imageRepositories],
      because: repositoriesComeLater,
    },
  ],
  'images:read': ({ imageRepositories }) => [
    { actions: ['ecr:BatchGetImage'], resources: [imageRepositories], because: repositoriesComeLater },
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
  'machines:start': ({ deploymentMachine, rollbackMachine }) => [startMachines(deploymentMachine, rollbackMachine)],
  'pushes:start': ({ pushMachine }) => [startMachines(pushMachine)],
  'promotions:start': ({ promotionMachine }) => [startMachines(promotionMachine)],
  // Whatever is told to a state that waits is an answer: nobody fails it from outside.
  'machines:wake': ({ machines }) => [{ actions: ['states:SendTaskSuccess'], resources: machines }],
  'builds:stop': ({ projects }) => [{ actions: ['codebuild:StopBuild'], resources: projects }],
  'builds:list': ({ projects }) => [
    { actions: ['codebuild:ListBuildsForProject', 'codebuild:BatchGetBuilds'], resources: projects },
  ],
  'runners:probe': ({ projects }) => [{ actions: ['codebuild:BatchGetProjects'], resources: projects }],
  'runners:grant': () => [],
  'runners:scale': ({ fleet }) =>
    fleet === undefined ? [] : [{ actions: ['codebuild:UpdateFleet'], resources: [fleet] }],
  // No permission on any function of a service: that lies in the service's own deploy role.
  'targets:deploy': ({ deployRoles }) => [
    {
      actions: ['sts:AssumeRole'],
      resources: deployRoles,
      because:
        'Services bring their deploy roles later, under a path that is kept for them, and each role itself says whom it trusts and for which service.',
    },
  ],
  'tokens:verify': () => [],
  toolchain: () => [],
  repositories: () => [],
  'traces:export': ({ traces }) => [
    // X-Ray has no resources that a grant could name.
    ...(traces.toXray
      ? [
          {
            actions: ['xray:PutSpans', 'xray:PutSpansForIndexing'],
            resources: ['*'],
            because: 'IAM knows no resource for sending spans to X-Ray.',
          },
        ]
      : []),
    ...(traces.headersSecret === undefined
      ? []
      : [{ actions: ['secretsmanager:GetSecretValue'], resources: [traces.headersSecret] }]),
  ],
  'webhooks:verify': ({ webhookSecrets }) => [
    { actions: ['secretsmanager:GetSecretValue'], resources: [webhookSecrets], because: ownSecrets },
  ],
  'statuses:show': ({ providerTokens }) => [
    { actions: ['secretsmanager:GetSecretValue'], resources: [providerTokens], because: ownSecrets },
  ],
  'artifacts:registry': ({ artifactToken }) =>
    artifactToken === undefined ? [] : [{ actions: ['secretsmanager:GetSecretValue'], resources: [artifactToken] }],
  // With a service that sends in our place, neither a webhook nor a mail is any business of the function.
  'notifications:send': ({ notifications: { token, secrets, parameters, tag, sender, identities } }) =>
    token !== undefined
      ? [{ actions: ['secretsmanager:GetSecretValue'], resources: [token] }]
      : [
          {
            actions: ['secretsmanager:GetSecretValue'],
            resources: [secrets],
            conditions: { StringEquals: tag },
            because: taggedSecrets,
          },
          {
            actions: ['ssm:GetParameter'],
            resources: [parameters],
            conditions: { StringEquals: tag },
            because: taggedSecrets,
          },
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
  'evidence:read': ({ evidence: { bucket, key } }) => [
    {
      actions: ['s3:GetObject'],
      resources: [`${bucket}/records/*`, `${bucket}/logs/*`],
      because: objectsComeLater,
    },
    // Without it S3 answers 403 for an object that is not there, and most deployments are not archived.
    { actions: ['s3:ListBucket'], resources: [bucket] },
    { actions: ['kms:Decrypt'], resources: [key] },
  ],
  'evidence:write': ({ evidence: { bucket, key } }) => [
    {
      actions: ['s3:PutObject'],
      resources: [`${bucket}/records/*`, `${bucket}/logs/*`],
      because: objectsComeLater,
    },
    { actions: ['kms:GenerateDataKey'], resources: [key] },
  ],
  'metrics:record': () => [],
};

/** The grants of a capability. */
export function grantsOf(capability: Capability, targets: GrantTargets): readonly Grant[] {
  return grants[capability](targets);
}
