import { readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { functionCatalog, type FunctionRow } from '#functions/catalog.ts';
import { configurationFrom, type Configuration } from '#runtime/configuration.ts';
import { makeDeps } from '#runtime/deps.ts';
import { buildRunnerKit } from '../scripts/build-runner-kit.ts';
import { serveApi } from './api/api-server.ts';
import { openIssuer, type Issuer } from './api/issuer.ts';
import { provideStreaming } from './api/streaming.ts';
import { createBalancer } from './balancer/balancer.ts';
import { systemClock } from './clock.ts';
import { lockDirectory } from './directory-lock.ts';
import { faultPlan, type FaultSettings } from './gateway/faults/fault-plan.ts';
import { injectFaults } from './gateway/faults/faults.ts';
import { fairGateway } from './gateway/fair-gateway.ts';
import type { Gateway } from './gateway/gateway.ts';
import { serveGateway } from './gateway/serve-gateway.ts';
import type { HostPorts } from './ports.ts';
import type { EventEnvelope } from './services/events/event-envelope.ts';
import { openAccount, type Account } from './stack/account.ts';
import { clientOptions, localCredentials } from './stack/client-options.ts';
import { depsPerFunction } from './stack/deps-per-function.ts';
import { registerFunctions, type Handler } from './stack/functions.ts';
import { functionArn, names, region } from './stack/names.ts';
import { openTargets } from './stack/open-targets.ts';
import { provision } from './stack/provision.ts';
import { putAlarms } from './stack/put-alarms.ts';
import { putFleet } from './stack/put-fleet.ts';
import { readTable } from './stack/read-table.ts';
import { controlPlaneVariables, tokenAudience } from './stack/variables.ts';
import { openStore } from './store.ts';

export interface HostOptions {
  /** Where all state lies; made when absent. */
  readonly directory: string;
  readonly ports: HostPorts;
  readonly maxConcurrentBuilds?: number;
  /** Where the handlers of the functions are. Default: their sources. */
  readonly load?: (row: FunctionRow) => Promise<Handler>;
  /** Stands in front of the endpoint and sees every request, of the functions and from outside. Default: nothing does. */
  readonly watch?: (gateway: Gateway) => Gateway;
  /** What goes wrong on purpose once the host is up. Default: nothing does. */
  readonly faults?: FaultSettings;
  /** Base address of an OTLP receiver for the traces of deployments. */
  readonly traceEndpoint?: string;
  /** Base addresses of the APIs that are told of commits. Default: those of github.com and gitlab.com. */
  readonly providerApis?: { readonly github?: string; readonly gitlab?: string };
}

export interface LocalHost {
  readonly apiUrl: string;
  readonly awsUrl: string;
  readonly servicesPort: number;
  /** What `dsctl` reads to get its token. */
  readonly credentialsFile: string;
  /** What the service's bus has carried, oldest first; an event may be there twice, since it is sent at least once. */
  archivedEvents(): readonly EventEnvelope[];
  /** Ends every process of the host; what was under way goes on at the next start. */
  close(): Promise<void>;
}

const address = '127.0.0.1';

/**
 * The whole service in this process. The order: the directory is ours; the endpoint is up; what the stack would create is
 * there; the functions are registered; the sockets are open; only then does work that was left over go on.
 *
 * @throws PortTaken, DirectoryInUse
 */
export async function startHost(options: HostOptions): Promise<LocalHost> {
  const directory = resolve(options.directory);
  const closers: (() => Promise<void> | void)[] = [];
  const close = async (): Promise<void> => {
    for (const each of closers.splice(0).toReversed()) await each();
  };
  try {
    return { ...(await boot({ ...options, directory }, closers)), close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function boot(options: HostOptions, closers: (() => Promise<void> | void)[]): Promise<Omit<LocalHost, 'close'>> {
  const { directory, ports } = options;
  const clock = systemClock;
  closers.push(lockDirectory(directory));
  const store = openStore(join(directory, 'state.sqlite'));
  closers.push(() => store.close());

  // Builds and target functions read this when they start, and by then the endpoint's port is in it.
  const processVariables: Record<string, string> = {
    AWS_REGION: region,
    AWS_ACCESS_KEY_ID: localCredentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: localCredentials.secretAccessKey,
  };
  const maxConcurrentBuilds = options.maxConcurrentBuilds ?? 4;
  const tell = (fault: string): void => console.error(`fault: ${fault}`);
  const faults = options.faults && injectFaults({ clock, tell });
  const account = openAccount({
    store,
    clock,
    directory,
    faults,
    random: Math.random,
    maxConcurrentBuilds,
    processVariables,
  });
  closers.push(() => account.close());
  const entry = faults?.inFront(account.gateway) ?? account.gateway;
  const front = fairGateway(options.watch?.(entry) ?? entry);
  const client = clientOptions(front);

  const gateway = await serveGateway(front, { port: ports.aws, host: address });
  closers.push(() => gateway.close());
  processVariables['AWS_ENDPOINT_URL'] = `http://${address}:${gateway.port}`;
  await provision(client, await runnerKit(directory));
  await putAlarms(client);
  const fleet = await putFleet(client, maxConcurrentBuilds);

  let configuration: Configuration | undefined;
  const deps = depsPerFunction(client, (clientConfig) =>
    makeDeps({ configuration: configuration ?? notYet(), clientConfig }),
  );
  provideStreaming();
  const functions = await registerFunctions(account.lambda, deps, options.load);
  const hosts = await openTargets(store, account.lambda, client);

  const balancer = createBalancer({
    clock,
    random: Math.random,
    lambda: account.lambda,
    rules: account.balancing,
    ...hosts,
  });
  const servicesPort = await balancer.listen(ports.services, address);
  closers.push(() => balancer.close());

  let apiUrl: string | undefined;
  const issuer = await openIssuer({
    directory,
    store,
    nowMs: () => clock.now(),
    audience: tokenAudience,
    address: () => apiUrl ?? notYet(),
  });
  const api = await serveApi({
    port: ports.api,
    host: address,
    issuer,
    functions: { ...functions, invoke: account.invoke },
  });
  closers.push(() => api.close());
  apiUrl = api.url;
  configuration = configurationFrom(
    controlPlaneVariables({
      apiUrl: api.url,
      servicesPort,
      // The queue is ours: a build that has been let in finds a machine.
      runners: { limit: maxConcurrentBuilds, most: 2 * maxConcurrentBuilds, fleet },
      ...(options.traceEndpoint !== undefined && { traceEndpoint: options.traceEndpoint }),
      ...(options.providerApis && { providerApis: options.providerApis }),
    }),
  );

  const credentialsFile = await writeCredentials(directory, api.url, issuer);
  await account.resume();
  const streams = readTable({ store, clock, account });
  closers.push(() => streams.stop());
  streams.start();
  await tickSchedules(account);
  if (options.faults) faults?.begin(faultPlan(options.faults));
  return {
    apiUrl: api.url,
    awsUrl: processVariables['AWS_ENDPOINT_URL'],
    servicesPort,
    credentialsFile,
    archivedEvents: () => account.events.archived(names.bus),
  };
}

/** What the clock triggers runs once at the start, so that nothing waits for the first minute to pass. */
async function tickSchedules(account: Account): Promise<void> {
  const rows = functionCatalog.filter(({ trigger }) => trigger.kind === 'schedule');
  await Promise.all(
    rows.map((row) => {
      const done = account.invoke(functionArn(row), {});
      // What cannot be archived waits for a person, and its log says so; nothing else has to wait for that.
      return row.entry.startsWith('schedules/archive-') ? done.catch(() => undefined) : done;
    }),
  );
}

async function runnerKit(directory: string): Promise<Buffer> {
  const file = join(directory, 'runner-kit.zip');
  await buildRunnerKit(file);
  return readFile(file);
}

async function writeCredentials(directory: string, apiUrl: string, issuer: Issuer): Promise<string> {
  const file = join(directory, 'credentials.json');
  const { clientId, clientSecret } = issuer;
  const credentials = { issuer: apiUrl, apiUrl, tokenUrl: `${apiUrl}/oauth/token`, clientId, clientSecret };
  await writeFile(file, `${JSON.stringify(credentials, null, 2)}\n`, { mode: 0o600 });
  return file;
}

function notYet(): never {
  throw new Error('The host is still starting.');
}
