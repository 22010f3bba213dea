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
import { registerFunctions } from '#local/stack/functions.ts';
import { openTargets } from '#local/stack/open-targets.ts';
import { provision } from '#local/stack/provision.ts';
import { publishOutbox } from '#local/stack/publish-outbox.ts';
import { controlPlaneVariables } from '#local/stack/variables.ts';
import { openStore } from '#local/store.ts';
import { configurationFrom } from '#runtime/configuration.ts';
import { makeDeps } from '#runtime/deps.ts';
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

interface HostParts {
  readonly store?: DatabaseSync;
  readonly clock?: VirtualClock;
  /** Holds blobs and code; a temporary one, removed at the end, without it. */
  readonly directory?: string;
  readonly world?: OutsideWorld;
  readonly buildsOutliveHost?: boolean;
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
    openCodeBuild: scriptedCodeBuild({
      world,
      client: () => client ?? notYet(),
      outlivesHost: parts.buildsOutliveHost ?? true,
    }),
  });
  const traffic = watchedGateway(account.gateway);
  client = clientOptions(traffic.gateway);
  await provision(client, Buffer.from('a runner kit'));
  await disableSchedules(client);

  const variables = controlPlaneVariables({ apiUrl: 'http://127.0.0.1:3000', servicesPort: 8080 });
  const made = makeDeps({
    configuration: configurationFrom(variables),
    clientConfig: client,
    clock: {
      now: () => new Date(clock.now()),
      sleep: (milliseconds) => new Promise((resolve) => clock.after(milliseconds, resolve)),
    },
  });
  const played = { ...made, probe: { get: async () => healthAnswer(world) } };
  provideStreaming();
  await registerFunctions(account.lambda, () => troubledDeps(played, troubles));
  await openTargets(store, account.lambda, client);
  await account.resume();
  const outbox = publishOutbox({ store, clock, account });
  outbox.start();

  return {
    account,
    clock,
    store,
    world,
    client,
    machineArn: variables.DEPLOYMENT_MACHINE,
    /** What comes up when the functions use their ports. */
    troubles,
    /** For looking at the records; no trouble comes up here. */
    deps: made,
    writes: traffic.writes,
    quiet: () => traffic.quiet(),
    /** Calls an operation as API Gateway does, with every permission, and as Ada unless it is said otherwise. */
    async callApi(operation: string, params: Readonly<Record<string, string>>, body?: unknown, as: Person = ada) {
      const answer = await account.invoke(`deployment-service-${operation}`, {
        headers: { 'content-type': 'application/json' },
        pathParameters: params,
        multiValueQueryStringParameters: null,
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
      await outbox.stop();
      await account.close();
      store.close();
      if (parts.directory === undefined) rmSync(directory, { recursive: true, force: true });
    },
  };
}

/** Nothing goes by itself every minute: the sweep of the outbox would hide a stream that loses events. */
async function disableSchedules(options: ClientOptions): Promise<void> {
  const client = new EventBridgeClient(options);
  for (const row of functionCatalog.filter(({ trigger }) => trigger.kind === 'schedule')) {
    await client.send(new DisableRuleCommand({ Name: nameOf(row) }));
  }
}

function notYet(): never {
  throw new Error('The host is still opening.');
}
