/**
 * What a function can be allowed to do. Each brings the environment variables that its adapter reads; the stack turns it
 * into grants (`infra/capabilities.ts`), the local host into the same variables.
 */
export const capabilities = {
  'table:read': { variables: ['TABLE_NAME'] },
  /** To commit decisions, and whatever else takes a transaction. */
  'table:write': { variables: ['TABLE_NAME'] },
  /** To write rows that no decision is about, one at a time: what was claimed, shown, sent or seen. */
  'table:note': { variables: ['TABLE_NAME'] },
  /** To write many rows that nobody else writes meanwhile. */
  'table:batch': { variables: ['TABLE_NAME'] },
  'blobs:read': { variables: ['BLOB_BUCKET'] },
  'blobs:write': { variables: ['BLOB_BUCKET'] },
  /** To take what builds left for later ones out of their uploads. */
  'blobs:cache': { variables: ['BLOB_BUCKET'] },
  'artifacts:sign': { variables: ['SIGNING_KEY'] },
  'artifacts:verify': { variables: ['SIGNING_KEY'] },
  /** To have images built: where they go, what for, and a repository for each service. */
  'images:place': { variables: ['IMAGE_REPOSITORIES', 'IMAGE_PLATFORM'] },
  'images:read': { variables: ['IMAGE_REPOSITORIES'] },
  seals: { variables: ['SEAL_KEY'] },
  'events:publish': { variables: ['EVENT_BUS'] },
  'machines:start': { variables: ['DEPLOYMENT_MACHINE', 'ROLLBACK_MACHINE'] },
  'pushes:start': { variables: ['PUSH_MACHINE'] },
  'promotions:start': { variables: ['PROMOTION_MACHINE'] },
  /** To answer a state that waits for its token. */
  'machines:wake': { variables: [] },
  'builds:stop': { variables: [] },
  /** To find those that nobody wants any more. */
  'builds:list': { variables: ['RUNNER_PROJECTS'] },
  'runners:probe': { variables: ['RUNNER_PROJECTS'] },
  /** To give runners to who waits for one. */
  'runners:grant': { variables: ['RUNNER_LIMIT', 'RUNNER_LIMIT_MOST'] },
  /** To make the fleet as large as the pool, where there is a fleet. */
  'runners:scale': { variables: [] },
  'targets:deploy': { variables: ['BLOB_BUCKET'] },
  'tokens:verify': { variables: ['TOKEN_ISSUER', 'TOKEN_AUDIENCE', 'TOKEN_JWKS_URL'] },
  /** To know an artifact by what built it. */
  toolchain: { variables: ['BUILD_TOOLCHAIN'] },
  repositories: { variables: ['REPOSITORY_SCHEMES'] },
  /** To tell a tracing system what was done, where one is configured. */
  'traces:export': { variables: [] },
  /** To know deliveries of webhooks by secrets under this name. */
  'webhooks:verify': { variables: ['WEBHOOK_SECRETS'] },
  /** To show at commits what became of them, with tokens under this name. */
  'statuses:show': { variables: ['PROVIDER_TOKENS', 'GITHUB_API_URL', 'GITLAB_API_URL'] },
  /** To ask and tell an external artifact service, where one is configured. */
  'artifacts:registry': { variables: [] },
  /** To tell people of events, by the hosts of webhooks that may be called. */
  'notifications:send': { variables: ['WEBHOOK_HOSTS'] },
  /** To read what is archived. */
  'evidence:read': { variables: ['EVIDENCE_BUCKET'] },
  /** To archive: where, and after how long records and logs go there. */
  'evidence:write': { variables: ['EVIDENCE_BUCKET', 'RECORD_MONTHS', 'LOG_DAYS'] },
  /** To write metrics into its own log. */
  'metrics:record': { variables: [] },
} as const satisfies Record<string, { readonly variables: readonly string[] }>;

export type Capability = keyof typeof capabilities;
export type Variable = (typeof capabilities)[Capability]['variables'][number];

/** Variables that no capability brings: some that mean something only where they are set, and one that Lambda sets itself. */
export type SurroundingVariable =
  | 'SERVICE_URL_TEMPLATE'
  | 'SERVICE_ADDRESS'
  | 'DEPLOYMENT_URL_TEMPLATE'
  | 'IMAGE_READERS'
  | 'PRIVATE_WEBHOOK_HOSTS'
  | 'EMAIL_SENDER'
  | 'NOTIFICATION_SERVICE_URL'
  | 'NOTIFICATION_SERVICE_TOKEN'
  | 'ARTIFACT_SERVICE_URL'
  | 'ARTIFACT_SERVICE_TOKEN'
  | 'OTEL_EXPORTER_OTLP_ENDPOINT'
  | 'OTEL_EXPORTER_OTLP_HEADERS_SECRET'
  | 'RUNNER_FLEET'
  | 'AWS_REGION';
