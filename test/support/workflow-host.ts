import './quiet-logs.ts';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { DisableRuleCommand, EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { functionCatalog, nameOf } from '#functions/catalog.ts';
import { permission } from '#schemas/api/permission.ts';
import { provideStreaming } from '#local/api/streaming.ts';
import { virtualClock, type VirtualClock } from '#local/clock.ts';
import { openAccount } from '#local/stack/account.ts';
import { clientOptions, type ClientOptions } from '#local/stack/client-options.ts';
import { depsPerFunction } from '#local/stack/deps-per-function.ts';
import { registerFunctions } from '#local/stack/functions.ts';
import { openTargets } from '#local/stack/open-targets.ts';
import { provision } from '#local/stack/provision.ts';
import { readTable } from '#local/stack/read-table.ts';
import { controlPlaneVariables } from '#local/stack/variables.ts';
import { openStore } from '#local/store.ts';
import type { Faults } from '#local/gateway/faults/faults.ts';
import { configurationFrom } from '#runtime/configuration.ts';
import { makeDeps, type Deps } from '#runtime/deps.ts';
import { clockedRetries } from './clocked-retries.ts';
import { healthAnswer, outsideWorld, type OutsideWorld } from './outside-world.ts';
import { scriptedCodeBuild } from './scripted-codebuild.ts';
import { troubledDeps, type Trouble } from './troubled-deps.ts';
import { watchedGateway } from './watched-gateway.ts';

/** Somebody who asks, with every permission and for every service. */
export interface Person {
  readonly name: string;
  readonly groups?: readonly string[];
  readonly email?: string;
}

const ada: Person = { name: 'ada' };

export interface HostParts {
  /** What goes wrong on the wire, on the clock that is given as well. */
  readonly faults?: Faults;
  readonly store?: DatabaseSync;
  readonly clock?: VirtualClock;
  /** Holds blobs and code; a temporary one, removed at the end, without it. */
  readonly directory?: string;
  readonly world?: OutsideWorld;
  readonly buildsOutliveHost?: boolean;
  /** Builds at once. Default: so many that nobody waits. */
  readonly runners?: { readonly limit: number; readonly most: number };
}

export type WorkflowHost = Awaited<ReturnType<typeof openWorkflowHost>>;

/**
 * The whole service as `npm start` wires it, on a virtual clock and without sockets or processes: the real handlers, the
 * real machine, the local endpoints. Only builds and the released services' answers are played.
 */
export async function openWorkflowHost(parts: HostParts = {}) {
  const { store = openStore(':memory:'), clock = virtualClock(), world = outsideWorld() } = parts;
  const directory = parts.directory ?? mkdtempSync(join(tmpdir(), 'workflow-host-'));
  const troubles: Trouble[] = [];
  let client: ClientOptions | undefined;

  const account = openAccount({
    store,
    clock,
    directory,
    random: () => 0.5,
    maxConcurrentBuilds: 1,
    processVariables: {},
    mostEnvironments: 0,
    faults: parts.faults,
    openCodeBuild: scriptedCodeBuild({
      world,
      // What the runner does about faults of its own is no part of this.
      client: () => clientOptions(traffic.gateway),
      outlivesHost: parts.buildsOutliveHost ?? true,
    }),
  });
  const traffic = watchedGateway(account.gateway);
  // In front of the watch: who waits for a late answer, or is never answered, does not move.
  const entry = parts.faults?.inFront({ ...account.gateway, ...traffic.gateway }) ?? traffic.gateway;
  client = { ...clientOptions(entry), ...(parts.faults && { retryStrategy: clockedRetries(clock) }) };
  // For looking, whatever goes wrong for the functions.
  const sound = clientOptions(traffic.gateway);
  await provision(client, Buffer.from('a runner kit'));
  await disableSchedules(client);

  const variables = controlPlaneVariables({
    apiUrl: 'http://127.0.0.1:3000',
    servicesPort: 8080,
    ...(parts.runners && { runners: parts.runners }),
  });
  const withClient = (clientConfig: ClientOptions) =>
    makeDeps({
      configuration: configurationFrom(variables),
      clientConfig,
      clock: {
        now: () => new Date(clock.now()),
        sleep: (milliseconds) => new Promise((resolve) => clock.after(milliseconds, resolve)),
      },
    });
  const depsOf = depsPerFunction(client, (own) => troubledDeps(withProbe(withClient(own), world), troubles));
  provideStreaming();
  await registerFunctions(account.lambda, depsOf);
  await openTargets(store, account.lambda, client);
  await account.resume();
  const streams = readTable({ store, clock, account });
  streams.start();

  return {
    account,
    clock,
    store,
    world,
    client: sound,
    machineArn: variables.DEPLOYMENT_MACHINE,
    /** What comes up when the functions use their ports. */
    troubles,
    /** For looking at the records; no trouble comes up here. */
    deps: withClient(sound),
    writes: traffic.writes,
    quiet: () => traffic.quiet(),
    /** Calls an operation as API Gateway does, with every permission, and as Ada unless it is said otherwise. */
    async callApi(
      operation: string,
      params: Readonly<Record<string, string>>,
      body?: unknown,
      as: Person = ada,
      query: Readonly<Record<string, string>> = {},
      headers: Readonly<Record<string, string>> = {},
    ) {
      const answer = await account.invoke(`deployment-service-${operation}`, {
        headers: { 'content-type': 'application/json', ...headers },
        pathParameters: params,
        multiValueQueryStringParameters: Object.fromEntries(
          Object.entries(query).map(([name, value]) => [name, [value]]),
        ),
        isBase64Encoded: false,
        body: body === undefined ? null : JSON.stringify(body),
        requestContext: {
          requestId: 'request-1',
          authorizer: {
            principalId: as.name,
            permissions: permission.options.join(' '),
            reach: 'every-service',
            groups: JSON.stringify(as.groups ?? []),
            ...(as.email !== undefined && { email: as.email }),
          },
        },
      });
      return answer as { readonly statusCode: number; readonly body: string };
    },
    /** Lets time pass until a condition holds, never ahead of what is under way. */
    async runUntil(done: () => boolean | Promise<boolean>, mostTimers = 3_000): Promise<void> {
      await clock.runUntil(async () => {
        await traffic.quiet();
        return done();
      }, mostTimers);
      await traffic.quiet();
    },
    async close(): Promise<void> {
      await streams.stop();
      await account.close();
      store.close();
      if (parts.directory === undefined) rmSync(directory, { recursive: true, force: true });
    },
  };
}

/** With the world's answers in the place of the network's. */
function withProbe(deps: Deps, world: OutsideWorld): Deps {
  const probe: Deps['probe'] = { get: async ({ url }) => healthAnswer(world, url) };
  // Not spread, which would make every adapter at once.
  return Object.defineProperties(
    {},
    { ...Object.getOwnPropertyDescriptors(deps), probe: { value: probe, enumerable: true, configurable: true } },
  ) as Deps;
}

/** Nothing goes by itself every minute: the sweep of the outbox would hide a stream that loses events. */
async function disableSchedules(options: ClientOptions): Promise<void> {
  const client = new EventBridgeClient(options);
  for (const row of functionCatalog.filter(({ trigger }) => trigger.kind === 'schedule')) {
    await client.send(new DisableRuleCommand({ Name: nameOf(row) }));
  }
}
