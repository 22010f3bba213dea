import '#test/support/quiet-logs.ts';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { permission } from '#schemas/api/permission.ts';
import { provideStreaming } from '#local/api/streaming.ts';
import { systemClock } from '#local/clock.ts';
import { fairGateway } from '#local/gateway/fair-gateway.ts';
import { openAccount } from '#local/stack/account.ts';
import { clientOptions, type ClientOptions } from '#local/stack/client-options.ts';
import { depsPerFunction } from '#local/stack/deps-per-function.ts';
import { registerFunctions } from '#local/stack/functions.ts';
import { openTargets } from '#local/stack/open-targets.ts';
import { provision } from '#local/stack/provision.ts';
import { readTable } from '#local/stack/read-table.ts';
import { controlPlaneVariables } from '#local/stack/variables.ts';
import { openStore } from '#local/store.ts';
import { configurationFrom } from '#runtime/configuration.ts';
import { makeDeps } from '#runtime/deps.ts';
import { outsideWorld } from '#test/support/outside-world.ts';
import { scriptedCodeBuild } from '#test/support/scripted-codebuild.ts';
import { startingGate } from './starting-gate.ts';

export type LightHost = Awaited<ReturnType<typeof openLightHost>>;

/**
 * The whole service as `npm start` wires it, on the real clock and with its state in a file, in this process and without
 * sockets. Builds are played: they sleep, post their marks through the real function and store a real artifact. Released
 * services are versions of functions that nobody starts, and answer their health check at once.
 *
 * @param runners how many deployments may have a runner at once
 */
export async function openLightHost(runners: number) {
  const directory = mkdtempSync(join(tmpdir(), 'bench-scale-'));
  const store = openStore(join(directory, 'state.sqlite'));
  const world = outsideWorld();
  const gate = startingGate(systemClock);
  let client: ClientOptions | undefined;
  const account = openAccount({
    store,
    clock: systemClock,
    directory,
    random: Math.random,
    maxConcurrentBuilds: runners,
    processVariables: {},
    mostEnvironments: 0,
    openCodeBuild: (options) =>
      scriptedCodeBuild({ world, client: () => client ?? notYet(), outlivesHost: false })({
        ...options,
        clock: gate.clock,
      }),
  });
  client = clientOptions(fairGateway(account.gateway));
  await provision(client, Buffer.from('a runner kit'));

  const configuration = configurationFrom(
    controlPlaneVariables({
      apiUrl: 'http://127.0.0.1:3000',
      servicesPort: 8080,
      runners: { limit: runners, most: runners },
    }),
  );
  provideStreaming();
  await registerFunctions(
    account.lambda,
    depsPerFunction(client, (clientConfig) => ({
      ...makeDeps({ configuration, clientConfig }),
      probe: { get: async () => ({ kind: 'answer', status: 200, body: '{"status":"ok"}', durationMs: 1 }) },
    })),
  );
  await openTargets(store, account.lambda, client);
  await account.resume();
  const streams = readTable({ store, clock: systemClock, account });
  streams.start();

  const running = store.prepare("SELECT count(*) AS count FROM sfn_executions WHERE status = 'RUNNING'");
  return {
    world,
    /** Where builds wait that have begun. */
    gate,
    /** Options for clients of the endpoint. */
    client,
    runningBuilds: () => account.codebuild.running(),
    runningExecutions: () => Number(running.get()?.['count']),
    /** Calls an operation as API Gateway does, with every permission. */
    async callApi(operation: string, params: Readonly<Record<string, string>>, body?: unknown): Promise<unknown> {
      const answer = (await account.invoke(`deployment-service-${operation}`, {
        headers: { 'content-type': 'application/json' },
        pathParameters: params,
        multiValueQueryStringParameters: null,
        isBase64Encoded: false,
        body: body === undefined ? null : JSON.stringify(body),
        requestContext: {
          requestId: 'bench',
          authorizer: {
            principalId: 'ada',
            permissions: permission.options.join(' '),
            reach: 'every-service',
            groups: '[]',
          },
        },
      })) as { readonly statusCode: number; readonly body: string };
      if (answer.statusCode >= 300) throw new Error(`${operation} answered ${answer.statusCode}: ${answer.body}`);
      return JSON.parse(answer.body);
    },
    async close(): Promise<void> {
      await streams.stop();
      await account.close();
      store.close();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

function notYet(): never {
  throw new Error('The host is still opening.');
}
