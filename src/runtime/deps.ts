import { AsyncLocalStorage } from 'node:async_hooks';
import { createHash, randomBytes } from 'node:crypto';
import { monotonicFactory } from 'ulid';
import { CodeBuildRunnerPool } from '#adapters/codebuild/runner-pool.ts';
import { DynamoDeploymentStore } from '#adapters/dynamodb/deployment-store.ts';
import { DynamoLogStore } from '#adapters/dynamodb/log-store.ts';
import { DynamoOutbox } from '#adapters/dynamodb/outbox.ts';
import { DynamoServiceStore } from '#adapters/dynamodb/service-store.ts';
import { EventBridgeBus } from '#adapters/eventbridge/event-bus.ts';
import { NodeHttpProbe } from '#adapters/http/http-probe.ts';
import { KmsSeal } from '#adapters/kms/seal.ts';
import { KmsSigner } from '#adapters/kms/signer.ts';
import { LambdaTrafficShifter } from '#adapters/lambda/traffic-shifter.ts';
import { OidcTokenVerifier } from '#adapters/oidc/token-verifier.ts';
import { S3BlobStore } from '#adapters/s3/blob-store.ts';
import { StepFunctionsWorkflows } from '#adapters/sfn/workflows.ts';
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
  const makers: { readonly [Name in keyof Deps]: () => Deps[Name] } = {
    blobs: () => new S3BlobStore(clients.blobs(), required('BLOB_BUCKET')),
    bus: () => new EventBridgeBus(clients.events(), required('EVENT_BUS')),
    clock: () => clock,
    deployments: () => new DynamoDeploymentStore(table(), clock),
    digest: () => (content) => createHash('sha256').update(content).digest('hex'),
    ids: () => idsOn(clock),
    logs: () => new DynamoLogStore(table(), clock),
    outbox: () => new DynamoOutbox(table(), clock),
    probe: () => new NodeHttpProbe(optional('SERVICE_ADDRESS')),
    runners: () => new CodeBuildRunnerPool(clients.builds(), table(), (optional('RUNNER_PROJECTS') ?? '').split(',')),
    seal: () => new KmsSeal(clients.keys(), required('SEAL_KEY')),
    services: () => new DynamoServiceStore(table()),
    // Each when it is asked for: a function has the variables of its own capabilities only.
    settings: () => ({
      region: required('AWS_REGION'),
      get repositorySchemes() {
        return required('REPOSITORY_SCHEMES').split(',');
      },
      get toolchain() {
        return required('BUILD_TOOLCHAIN');
      },
      ...present('serviceUrlTemplate', optional('SERVICE_URL_TEMPLATE')),
    }),
    shifter: () => new LambdaTrafficShifter((target) => clients.target(target), required('BLOB_BUCKET')),
    signer: () => new KmsSigner(clients.keys(), required('SIGNING_KEY')),
    tokens: () =>
      new OidcTokenVerifier({
        issuer: required('TOKEN_ISSUER'),
        audience: required('TOKEN_AUDIENCE'),
        jwksUrl: required('TOKEN_JWKS_URL'),
      }),
    workflows: () => new StepFunctionsWorkflows(clients.machines(), required('DEPLOYMENT_MACHINE')),
  };
  const lazy = Object.entries(makers).map(([name, make]) => [
    name,
    { get: once(make as () => unknown), enumerable: true },
  ]);
  return Object.defineProperties({}, Object.fromEntries(lazy) as PropertyDescriptorMap) as Deps;
}

const scope = new AsyncLocalStorage<Deps>();
const ofThisProcess = once(() => makeDeps({ configuration: configurationFrom(process.env) }));

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
