import { issuerName } from '../api/issuer.ts';
import type { SurroundingVariable, Variable } from '#functions/capabilities.ts';
import { projectCatalog } from '#state-machines/catalog.ts';
import { machineArn, names, region } from './names.ts';

interface Addresses {
  readonly apiUrl: string;
  readonly servicesPort: number;
  /** Base address of an OTLP receiver; traces go nowhere without one. */
  readonly traceEndpoint?: string;
  /** Builds at once, and how far that may be raised. Default: so many that nobody waits. */
  readonly runners?: { readonly limit: number; readonly most: number; readonly fleet?: string };
  /** Base addresses of the APIs that are told of commits. Default: those of github.com and gitlab.com. */
  readonly providerApis?: { readonly github?: string; readonly gitlab?: string };
}

export const tokenAudience = 'deployment-service';

/** The environment variables of the control plane's functions, as the stack would set them. */
export function controlPlaneVariables({
  apiUrl,
  servicesPort,
  traceEndpoint = '',
  providerApis = {},
  runners = { limit: 1_000, most: 1_000 },
}: Addresses) {
  return {
    AWS_REGION: region,
    TABLE_NAME: names.table,
    BLOB_BUCKET: names.blobBucket,
    EVIDENCE_BUCKET: names.evidenceBucket,
    RECORD_MONTHS: '12',
    LOG_DAYS: '30',
    SIGNING_KEY: names.signingKeyAlias,
    SEAL_KEY: names.sealKeyAlias,
    EVENT_BUS: names.bus,
    DEPLOYMENT_MACHINE: machineArn('deployment'),
    ROLLBACK_MACHINE: machineArn('rollback'),
    PUSH_MACHINE: machineArn('push'),
    PROMOTION_MACHINE: machineArn('promotion'),
    WEBHOOK_SECRETS: 'deployment-service/webhooks',
    PROVIDER_TOKENS: 'deployment-service/tokens',
    GITHUB_API_URL: providerApis.github ?? 'https://api.github.com',
    GITLAB_API_URL: providerApis.gitlab ?? 'https://gitlab.com/api/v4',
    DEPLOYMENT_URL_TEMPLATE: `${apiUrl}/v1/deployments/{deploymentId}`,
    WEBHOOK_HOSTS: 'hooks.slack.com',
    // Whoever tries webhooks out has them on the same machine.
    PRIVATE_WEBHOOK_HOSTS: 'localhost:*,127.0.0.1:*',
    EMAIL_SENDER: names.emailSender,
    NOTIFICATION_SERVICE_URL: '',
    NOTIFICATION_SERVICE_TOKEN: '',
    ARTIFACT_SERVICE_URL: '',
    ARTIFACT_SERVICE_TOKEN: '',
    RUNNER_PROJECTS: projectCatalog.map(({ name }) => names.project(name)).join(','),
    RUNNER_LIMIT: String(runners.limit),
    RUNNER_LIMIT_MOST: String(runners.most),
    RUNNER_FLEET: runners.fleet ?? '',
    // Builds find the very Node that runs this host.
    BUILD_TOOLCHAIN: `node ${process.versions.node.split('.')[0]}`,
    IMAGE_REPOSITORIES: names.imageRepositories,
    // What runs an image is a program of this host.
    IMAGE_PLATFORM: `linux/${process.arch === 'x64' ? 'amd64' : process.arch}`,
    IMAGE_READERS: '',
    OTEL_EXPORTER_OTLP_ENDPOINT: traceEndpoint,
    // A receiver beside the host wants no secret header.
    OTEL_EXPORTER_OTLP_HEADERS_SECRET: '',
    REPOSITORY_SCHEMES: 'https,ssh,file',
    TOKEN_ISSUER: issuerName,
    TOKEN_AUDIENCE: tokenAudience,
    TOKEN_JWKS_URL: `${apiUrl}/.well-known/jwks.json`,
    SERVICE_URL_TEMPLATE: `http://{service}.{environment}.localhost:${servicesPort}`,
    SERVICE_ADDRESS: `http://127.0.0.1:${servicesPort}`,
  } satisfies Record<Variable | SurroundingVariable, string>;
}
