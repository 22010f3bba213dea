import { createHash } from 'node:crypto';
import { serviceManifest } from '#test/support/service-manifest.ts';
import type { LightHost } from './light-host.ts';

export interface Place {
  readonly service: string;
  readonly environment: string;
  readonly commit: string;
}

/** Of the manifest: fetch, install, compile, test, bundle. */
export const runnerSteps = 5;

/** Services of their own, each with a commit in its repository and a place to deploy it to. */
export async function registerServices(
  host: LightHost,
  names: readonly string[],
  environments: readonly string[] = ['staging', 'production'],
): Promise<void> {
  const atOnce = 10;
  for (let from = 0; from < names.length; from += atOnce) {
    await Promise.all(names.slice(from, from + atOnce).map((service) => register(host, service, environments)));
  }
}

async function register(host: LightHost, service: string, environments: readonly string[]): Promise<void> {
  host.world.commits.set(commitOf(service), {
    manifest: serviceManifest({ name: service, environments }),
    tree: commitOf(`tree of ${service}`),
  });
  await host.callApi(
    'register-service',
    { service },
    {
      repository: `https://git.example.com/${service}.git`,
      owner: 'team-a',
      environments: Object.fromEntries(environments.map((environment) => [environment, {}])),
    },
  );
}

/** Each step of the next builds sleeps so long. */
export function setStepSeconds({ world }: LightHost, builds: number, stageSeconds: number): void {
  for (let build = 0; build < builds; build++) {
    world.fetches.push({ fate: 'succeeds', seconds: stageSeconds });
    world.builds.push({ stageSeconds });
  }
}

export function commitOf(service: string): string {
  return createHash('sha1').update(service).digest('hex');
}
