/**
 * What a function can be allowed to do. Each brings the environment variables that its adapter reads; the stack turns it
 * into grants (`infra/capabilities.ts`), the local host into the same variables.
 */
export const capabilities = {
  'table:read': { variables: ['TABLE_NAME'] },
  'table:write': { variables: ['TABLE_NAME'] },
  'blobs:read': { variables: ['BLOB_BUCKET'] },
  'blobs:write': { variables: ['BLOB_BUCKET'] },
  'artifacts:sign': { variables: ['SIGNING_KEY'] },
  'artifacts:verify': { variables: ['SIGNING_KEY'] },
  seals: { variables: ['SEAL_KEY'] },
  'events:publish': { variables: ['EVENT_BUS'] },
  'machines:start': { variables: ['DEPLOYMENT_MACHINE'] },
  'runners:probe': { variables: ['RUNNER_PROJECTS'] },
  'targets:deploy': { variables: ['BLOB_BUCKET'] },
  'tokens:verify': { variables: ['TOKEN_ISSUER', 'TOKEN_AUDIENCE', 'TOKEN_JWKS_URL'] },
  /** To know an artifact by what built it. */
  toolchain: { variables: ['BUILD_TOOLCHAIN'] },
  repositories: { variables: ['REPOSITORY_SCHEMES'] },
} as const satisfies Record<string, { readonly variables: readonly string[] }>;

export type Capability = keyof typeof capabilities;
export type Variable = (typeof capabilities)[Capability]['variables'][number];

/** Variables that no capability brings: two that mean something only where they are set, and one that Lambda sets itself. */
export type SurroundingVariable = 'SERVICE_URL_TEMPLATE' | 'SERVICE_ADDRESS' | 'AWS_REGION';
