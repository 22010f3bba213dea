import { AsyncLocalStorage } from 'node:async_hooks';
import { createHash, randomBytes } from 'node:crypto';
import { monotonicFactory } from 'ulid';
import { openArtifactRegistry } from '#adapters/artifact-service/open-artifact-registry.ts';
import { EmbeddedMetrics } from '#adapters/cloudwatch/embedded-metrics.ts';
import { CodeBuildRunnerPool } from '#adapters/codebuild/runner-pool.ts';
import { DynamoBuildCache } from '#adapters/dynamodb/build-cache.ts';
import { DynamoAuditLog } from '#adapters/dynamodb/audit-log.ts';
import { DynamoClaims } from '#adapters/dynamodb/claims.ts';
import { DynamoDeploymentStore } from '#adapters/dynamodb/deployment-store.ts';
import { DynamoHotLogs } from '#adapters/dynamodb/hot-logs.ts';
import { DynamoLogStore } from '#adapters/dynamodb/log-store.ts';
import { DynamoNotificationLog } from '#adapters/dynamodb/notification-log.ts';
import { DynamoOutbox } from '#adapters/dynamodb/outbox.ts';
import { DynamoPushStore } from '#adapters/dynamodb/push-store.ts';
import { DynamoRunnerQueue } from '#adapters/dynamodb/runner-queue.ts';
import { DynamoRecordArchive } from '#adapters/dynamodb/record-archive.ts';
import { DynamoServiceStore } from '#adapters/dynamodb/service-store.ts';
import { DynamoShownStatuses } from '#adapters/dynamodb/shown-statuses.ts';
import { EcrImageRegistry } from '#adapters/ecr/image-registry.ts';
import { EcsTrafficShifter } from '#adapters/ecs/traffic-shifter.ts';
import { EventBridgeBus } from '#adapters/eventbridge/event-bus.ts';
import { NodeHttpProbe } from '#adapters/http/http-probe.ts';
import { KmsSeal } from '#adapters/kms/seal.ts';
import { KmsSigner } from '#adapters/kms/signer.ts';
import { LambdaTrafficShifter } from '#adapters/lambda/traffic-shifter.ts';
import { openNotifier } from '#adapters/notification/open-notifier.ts';
import { OidcTokenVerifier } from '#adapters/oidc/token-verifier.ts';
import { secretHeaders } from '#adapters/otlp/secret-headers.ts';
import { noSpanExporter, OtlpSpanExporter } from '#adapters/otlp/span-exporter.ts';
import { archivedRecordsIn, noArchivedRecords } from '#adapters/s3/archived-records.ts';
import { S3BlobStore } from '#adapters/s3/blob-store.ts';
import { S3ColdLogs } from '#adapters/s3/cold-logs.ts';
import { S3Evidence } from '#adapters/s3/evidence.ts';
import { NamedSecrets } from '#adapters/secretsmanager/named-secrets.ts';
import { StepFunctionsWorkflows } from '#adapters/sfn/workflows.ts';
import { TrafficShifterByKind } from '#adapters/traffic-shifter-by-kind.ts';
import { HostedCommitStatuses } from '#adapters/webhooks/hosted-statuses.ts';
import { SecretWebhookVerifier } from '#adapters/webhooks/webhook-verifier.ts';
import type { Clock } from '#ports/clock.ts';
import type { Deps } from '#ports/deps.ts';
import { awsClients, type ClientConfig } from './aws-clients.ts';
import { configurationFrom, type Configuration } from './configuration.ts';

export type { Deps } from '#ports/deps.ts';

interface Surroundings {
  readonly configuration: Configuration;
  readonly clientConfig?: ClientConfig;
  readonly clock?: Clock;
}

const systemClock: Clock = {
  now: () => new Date(),
  sleep: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
};

/** Wires every port to its adapter. Each is made when a use case first asks for it, and then kept. */
export function makeDeps({ configuration, clientConfig = {}, clock = systemClock }: Surroundings): Deps {
  const clients = awsClients(clientConfig);
  const { required, optional } = configuration;
  const table = once(() => ({ client: clients.documents(), name: required('TABLE_NAME') }));
  const namedSecrets = once(
    () =>
      new NamedSecrets(
        once(() => clients.secrets()),
        clock,
      ),
  );
  const evidence = once(() => new S3Evidence(clients.blobs(), required('EVIDENCE_BUCKET')));
  // A function that is not let at the archive takes what is in there for gone.
  const hasEvidence = optional('EVIDENCE_BUCKET') !== undefined;
  const archived = once(() => (hasEvidence ? archivedRecordsIn(evidence()) : noArchivedRecords));
  const makers: { readonly [Name in keyof Deps]: () => Deps[Name] } = {
    artifacts: () =>
      openArtifactRegistry({
        deployments: new DynamoDeploymentStore(table(), clock),
        blobs: new S3BlobStore(clients.blobs(), required('BLOB_BUCKET')),
        secrets: once(() => clients.secrets()),
        clock,
        serviceUrl: optional('ARTIFACT_SERVICE_URL'),
        serviceToken: optional('ARTIFACT_SERVICE_TOKEN'),
      }),
    audit: () => new DynamoAuditLog(table(), archived()),
    blobs: () => new S3BlobStore(clients.blobs(), required('BLOB_BUCKET')),
    buildCache: () => new DynamoBuildCache(table(), clock),
    bus: () => new EventBridgeBus(clients.events(), required('EVENT_BUS')),
    claims: () => new DynamoClaims(table(), clock),
    clock: () => clock,
    coldLogs: () => new S3ColdLogs(evidence()),
    deployments: () => new DynamoDeploymentStore(table(), clock, archived()),
    digest: () => (content) => createHash('sha256').update(content).digest('hex'),
    evidence,
    hotLogs: () => new DynamoHotLogs(table(), clock, new S3ColdLogs(evidence())),
    ids: () => idsOn(clock),
    images: () => new EcrImageRegistry(clients.images(), (optional('IMAGE_READERS') ?? '').split(',').filter(Boolean)),
    logs: () => new DynamoLogStore(table(), clock, hasEvidence ? new S3ColdLogs(evidence()) : undefined),
    metrics: () => new EmbeddedMetrics(),
    notificationLog: () => new DynamoNotificationLog(table(), clock),
    notifier: () =>
      openNotifier({
        clients,
        clock,
        webhookHosts: optional('WEBHOOK_HOSTS'),
        privateWebhookHosts: optional('PRIVATE_WEBHOOK_HOSTS'),
        emailSender: optional('EMAIL_SENDER'),
        serviceUrl: optional('NOTIFICATION_SERVICE_URL'),
        serviceToken: optional('NOTIFICATION_SERVICE_TOKEN'),
      }),
    outbox: () => new DynamoOutbox(table(), clock),
    probe: () => new NodeHttpProbe(optional('SERVICE_ADDRESS')),
    pushes: () => new DynamoPushStore(table()),
    records: () => new DynamoRecordArchive(table(), clock),
    runners: () =>
      new CodeBuildRunnerPool(
        once(() => clients.builds()),
        table(),
        (optional('RUNNER_PROJECTS') ?? '').split(','),
        optional('RUNNER_FLEET'),
      ),
    runnerQueue: () => new DynamoRunnerQueue(table()),
    seal: () => new KmsSeal(clients.keys(), required('SEAL_KEY')),
    services: () => new DynamoServiceStore(table()),
    // Each when it is asked for: a function has the variables of its own capabilities only.
    settings: () => ({
      region: required('AWS_REGION'),
      get repositorySchemes() {
        return required('REPOSITORY_SCHEMES').split(',');
      },
      get recordMonths() {
        return Number(required('RECORD_MONTHS'));
      },
      get logDays() {
        return Number(required('LOG_DAYS'));
      },
      get toolchain() {
        return required('BUILD_TOOLCHAIN');
      },
      get runnerBounds() {
        return { limit: Number(required('RUNNER_LIMIT')), most: Number(required('RUNNER_LIMIT_MOST')) };
      },
      get imageRepositories() {
        return required('IMAGE_REPOSITORIES');
      },
      get imagePlatform() {
        return required('IMAGE_PLATFORM');
      },
      ...present('serviceUrlTemplate', optional('SERVICE_URL_TEMPLATE')),
      ...present('deploymentUrlTemplate', optional('DEPLOYMENT_URL_TEMPLATE')),
    }),
    shifter: () =>
      new TrafficShifterByKind({
        lambda: new LambdaTrafficShifter((target) => clients.functionsOf(target), required('BLOB_BUCKET')),
        ecs: new EcsTrafficShifter((target) => clients.tasksOf(target)),
      }),
    shown: () => new DynamoShownStatuses(table(), clock),
    signer: () => new KmsSigner(clients.keys(), required('SIGNING_KEY')),
    spans: () => {
      const endpoint = optional('OTEL_EXPORTER_OTLP_ENDPOINT');
      if (endpoint === undefined) return noSpanExporter;
      const secret = optional('OTEL_EXPORTER_OTLP_HEADERS_SECRET');
      const secrets = once(() => clients.secrets());
      return new OtlpSpanExporter({
        endpoint,
        clock,
        credentials: () => secrets().config.credentials(),
        ...(secret !== undefined && { headers: secretHeaders(secrets, secret, clock) }),
      });
    },
    statuses: () =>
      new HostedCommitStatuses({
        secrets: namedSecrets(),
        prefix: required('PROVIDER_TOKENS'),
        apis: { github: required('GITHUB_API_URL'), gitlab: required('GITLAB_API_URL') },
      }),
    tokens: () =>
      new OidcTokenVerifier({
        issuer: required('TOKEN_ISSUER'),
        audience: required('TOKEN_AUDIENCE'),
        jwksUrl: required('TOKEN_JWKS_URL'),
      }),
    webhooks: () => new SecretWebhookVerifier(namedSecrets(), required('WEBHOOK_SECRETS'), clock),
    workflows: () =>
      new StepFunctionsWorkflows(clients.machines(), {
        get deployment() {
          return required('DEPLOYMENT_MACHINE');
        },
        get rollback() {
          return required('ROLLBACK_MACHINE');
        },
        get push() {
          return required('PUSH_MACHINE');
        },
        get promotion() {
          return required('PROMOTION_MACHINE');
        },
      }),
  };
  const lazy = Object.entries(makers).map(([name, make]) => [
    name,
    { get: once(make as () => unknown), enumerable: true },
  ]);
  return Object.defineProperties({}, Object.fromEntries(lazy) as PropertyDescriptorMap) as Deps;
}

const scope = new AsyncLocalStorage<Deps>();
const ofThisProcess = once(() =>
  makeDeps({
    configuration: configurationFrom(process.env),
    // Set by Lambda itself.
    clientConfig: present('userAgentAppId', process.env['AWS_LAMBDA_FUNCTION_NAME']),
  }),
);

/** The dependencies of the running invocation: those of its scope, or else those that the environment describes. */
export function deps(): Deps {
  return scope.getStore() ?? ofThisProcess();
}

/** Runs `work` with these dependencies. A process that holds several hosts, as tests do, keeps them apart by it. */
export function withDeps<T>(own: Deps, work: () => T): T {
  return scope.run(own, work);
}

function idsOn(clock: Clock): Deps['ids'] {
  const ulid = monotonicFactory();
  return {
    deploymentId: () => `dep_${ulid(clock.now().getTime())}`,
    traceId: () => randomBytes(16).toString('hex'),
  };
}

function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => (made ??= { value: make() }).value;
}

function present<Name extends string, T>(name: Name, value: T | undefined): { readonly [N in Name]?: T } {
  return value === undefined ? {} : ({ [name]: value } as { readonly [N in Name]?: T });
}
