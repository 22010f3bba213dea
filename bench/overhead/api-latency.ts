import { createHash } from 'node:crypto';
import { cancelDeployment } from '#schemas/api/cancel-deployment.ts';
import { createDeployment } from '#schemas/api/create-deployment.ts';
import { getDeployment } from '#schemas/api/get-deployment.ts';
import { listDeployments } from '#schemas/api/list-deployments.ts';
import { registerService } from '#schemas/api/register-service.ts';
import { begin, untilStatus } from '#test/support/deployments.ts';
import { percentile } from '../support/percentile.ts';
import { startBenchHost, type BenchHost } from '../support/start-host.ts';
import type { Row } from '../support/table.ts';

const environmentsEach = 10;

/**
 * So many requests of each operation, one at a time over HTTP with a token. Each of the deployments goes into an environment
 * of its own and waits for the one runner that is taken, so that the last operation has something to cancel.
 */
export async function apiLatency(requests: number): Promise<readonly Row[]> {
  const host = await startBenchHost({ builds: 1 });
  try {
    await takeTheRunner(host);
    const places = await registerPlaces(host, requests);
    const ids: string[] = [];
    const { api } = host;
    const created = await timed(places, async (body) => {
      ids.push((await api.call(createDeployment, { body })).body.id);
    });
    return [
      rowOf('createDeployment', created),
      rowOf('getDeployment', await timed(ids, (deploymentId) => api.call(getDeployment, { params: { deploymentId } }))),
      rowOf(
        'listDeployments',
        await timed(places, ({ service }) => api.call(listDeployments, { query: { service, limit: 20 } })),
      ),
      rowOf(
        'cancelDeployment',
        await timed(ids, (deploymentId) => api.call(cancelDeployment, { params: { deploymentId }, body: {} })),
      ),
    ];
  } finally {
    await host.close();
  }
}

async function timed<T>(inputs: readonly T[], call: (input: T) => Promise<unknown>): Promise<readonly number[]> {
  const times: number[] = [];
  for (const input of inputs) {
    const started = performance.now();
    await call(input);
    times.push(performance.now() - started);
  }
  return times;
}

function rowOf(operation: string, times: readonly number[]): Row {
  return {
    operation,
    requests: times.length,
    'p50 ms': percentile(times, 0.5),
    'p95 ms': percentile(times, 0.95),
    'max ms': Math.max(...times),
  };
}

interface Place {
  readonly service: string;
  readonly environment: string;
  readonly commit: string;
}

async function registerPlaces({ api }: BenchHost, count: number): Promise<readonly Place[]> {
  const environments = Array.from({ length: environmentsEach }, (_, index) => `place-${index}`);
  const places: Place[] = [];
  for (let index = 0; places.length < count; index++) {
    const service = `latency-${index}`;
    const body = {
      repository: 'file:///nowhere',
      owner: 'team-a',
      environments: Object.fromEntries(environments.map((environment) => [environment, {}])),
    };
    await api.call(registerService, { params: { service }, body });
    const commit = createHash('sha1').update(service).digest('hex');
    places.push(...environments.map((environment) => ({ service, environment, commit })));
  }
  return places.slice(0, count);
}

/** A build that goes on for longer than the measurement. */
async function takeTheRunner(host: BenchHost): Promise<void> {
  const { api } = host;
  const repository = await host.repository('holder');
  const manifest = {
    apiVersion: 'deployment-service/v1',
    name: 'holder',
    target: { type: 'lambda', handler: 'index.handler', runtime: 'nodejs24.x' },
    build: { bundle: { commands: ['sleep 900'], output: 'dist', timeoutSeconds: 1000 } },
    environments: { staging: {} },
    healthCheck: { path: '/' },
  };
  const id = await repository.commit({ 'service.yaml': JSON.stringify(manifest) });
  const body = { repository: repository.url, owner: 'team-a', environments: { staging: {} } };
  await api.call(registerService, { params: { service: 'holder' }, body });
  const deployment = await begin(api, 'holder', 'staging', id);
  await untilStatus(api, deployment, ({ steps }) => steps.some(({ name }) => name === 'bundle'));
}
