import { setTimeout as delay } from 'node:timers/promises';
import type { DeploymentView } from '#schemas/api/deployment-view.ts';
import { percentile } from '../support/percentile.ts';
import { progress } from '../support/report.ts';
import { firstBuilds } from './first-builds.ts';
import { openLightHost, type LightHost } from './light-host.ts';
import { untilIdle, underLoad, type Load } from './load.ts';
import { commitOf, registerServices, setStepSeconds } from './services.ts';

export interface Burst extends Load {
  readonly size: number;
  readonly succeeded: number;
  /** From the request until its slot, and then until its runner. */
  readonly queueWaitMs: { readonly p50: number; readonly p95: number };
}

/** What a process does for the first time costs more. */
const warmUp = 20;

/** So many distinct services are deployed at the same moment, with a runner for each. */
export async function burst(size: number, stepSeconds: number): Promise<Burst> {
  const host = await openLightHost(size);
  try {
    const services = (name: string, count: number) => Array.from({ length: count }, (_, index) => `${name}-${index}`);
    const [early, measured] = [services('warm-up', warmUp), services('scale', size)];
    await registerServices(host, [...early, ...measured]);
    await untilIdle();
    setStepSeconds(host, warmUp, 1);
    await underLoad(host, () => deployAll(host, early).then(() => undefined), 0);
    const idle = await untilIdle();
    setStepSeconds(host, size, stepSeconds);
    let ids: readonly string[] = [];
    const load = await underLoad(
      host,
      async () => {
        host.gate.close();
        ids = await deployAll(host, measured);
        while (host.runningBuilds() < size) await delay(20);
        host.gate.open();
      },
      idle,
    );
    const views: DeploymentView[] = [];
    for (const deploymentId of ids) {
      views.push((await host.callApi('get-deployment', { deploymentId })) as DeploymentView);
    }
    const failures = views.flatMap(({ failure }) => (failure ? [`${failure.code}: ${failure.message}`] : []));
    for (const failure of new Set(failures.slice(0, 5))) progress(failure);
    const begun = await firstBuilds(host);
    const waits = views.map(({ id, createdAt }) => (begun.get(id) ?? Number.NaN) - Date.parse(createdAt));
    const succeeded = views.filter(({ status }) => status === 'succeeded').length;
    progress(
      `${size}: ${succeeded} succeeded in ${Math.round(load.wallMs / 1000)} s, ${load.peakBuilds} builds at once`,
    );
    return {
      ...load,
      size,
      succeeded,
      queueWaitMs: { p50: percentile(waits, 0.5), p95: percentile(waits, 0.95) },
    };
  } finally {
    await host.close();
  }
}

/** Asks for all at the same moment; ends when each is accepted and the first machine runs. */
async function deployAll(host: LightHost, services: readonly string[]): Promise<readonly string[]> {
  const ids = await Promise.all(
    services.map(async (service) => {
      const request = { service, environment: 'staging', commit: commitOf(service) };
      return ((await host.callApi('create-deployment', {}, request)) as DeploymentView).id;
    }),
  );
  while (host.runningExecutions() === 0) await delay(5);
  return ids;
}
