import { setTimeout as delay } from 'node:timers/promises';
import type { DeploymentView } from '#schemas/api/deployment-view.ts';
import { percentile } from '../support/percentile.ts';
import { progress } from '../support/report.ts';
import { firstBuilds } from './first-builds.ts';
import { openLightHost, type LightHost } from './light-host.ts';
import { underLoad, untilIdle } from './load.ts';
import { registerServices, setStepSeconds, commitOf, type Place } from './services.ts';

export interface Queued {
  readonly size: number;
  readonly runners: number;
  readonly peakBuilds: number;
  readonly succeeded: number;
  readonly wallMs: number;
  /** Deployments to production, to staging by many services, and by one service that asks for as many. */
  readonly waitMs: Readonly<Record<Crowd, { readonly p50: number; readonly p95: number }>>;
  /** Of those that could all be granted at the same moment: a lower priority that began clearly earlier than a higher one. */
  readonly inversions: number;
  /** The most builds that the greedy service had while others of its priority waited. */
  readonly greedyAtOnce: number;
  /** Different places that were shown, from 1 on without a gap. */
  readonly placesShown: number;
}

type Crowd = 'production' | 'staging' | 'greedy';
interface Asked {
  readonly crowd: Crowd;
  readonly id: string;
}

/** Two that get their runners in the same grant begin in no order. */
const togetherMs = 1500;

/**
 * Ten times as many deployments as runners. All runners are taken until everybody stands in line, so that who comes first
 * is the queue's decision alone: the greedy service asks first, production last.
 */
export async function queue(size: number, stepSeconds: number): Promise<Queued> {
  const runners = Math.ceil(size / 10);
  const host = await openLightHost(runners);
  try {
    const plugs = names('plug', runners);
    const third = Math.floor(size / 3);
    const [singles, important] = [names('single', size - 2 * third), names('important', third)];
    const greedyPlaces = names('staging', third);
    await registerServices(host, [...plugs, ...singles], ['staging']);
    await registerServices(host, important, ['production']);
    await registerServices(host, ['greedy'], greedyPlaces);
    await untilIdle();
    for (let plug = 0; plug < runners; plug++) {
      host.world.fetches.push({ fate: 'succeeds', seconds: 1 });
      host.world.builds.push({ install: 'hangs' });
    }

    let asked: readonly Asked[] = [];
    let placesShown = 0;
    const load = await underLoad(
      host,
      async () => {
        const places = plugs.map((service) => placeOf(service, 'staging'));
        const plugged = await askAll(host, 'staging', places);
        await untilEach(host, plugged, ({ steps }) => steps.some(({ name }) => name === 'install'));
        setStepSeconds(host, size, stepSeconds);
        asked = [
          ...(await askAll(
            host,
            'greedy',
            greedyPlaces.map((environment) => placeOf('greedy', environment)),
          )),
          ...(await askAll(
            host,
            'staging',
            singles.map((service) => placeOf(service, 'staging')),
          )),
          ...(await askAll(
            host,
            'production',
            important.map((service) => placeOf(service, 'production')),
          )),
        ];
        const waiting = await untilEach(host, asked, (view) => view.queue?.for === 'runner');
        placesShown = new Set(waiting.flatMap(({ queue }) => queue?.place ?? [])).size;
        for (const { id } of plugged) await host.callApi('cancel-deployment', { deploymentId: id }, {});
      },
      0,
    );
    const begun = await firstBuilds(host);
    const views = (await viewsOf(host, asked)).map((view) => ({ ...view, begunMs: begun.get(view.id) ?? Number.NaN }));
    progress(`${size} for ${runners} runners: over after ${Math.round(load.wallMs / 1000)} s`);
    return {
      size,
      runners,
      peakBuilds: load.peakBuilds,
      succeeded: views.filter(({ status }) => status === 'succeeded').length,
      wallMs: load.wallMs,
      waitMs: {
        production: waitOf(views, 'production'),
        staging: waitOf(views, 'staging'),
        greedy: waitOf(views, 'greedy'),
      },
      inversions: inversionsIn(views),
      greedyAtOnce: greedyAtOnce(views),
      placesShown,
    };
  } finally {
    await host.close();
  }
}

type View = DeploymentView & { readonly crowd: Crowd };
type Begun = View & { readonly begunMs: number };

function names(prefix: string, count: number): readonly string[] {
  return Array.from({ length: count }, (_, index) => `${prefix}-${index}`);
}

function placeOf(service: string, environment: string): Place {
  return { service, environment, commit: commitOf(service) };
}

async function askAll(host: LightHost, crowd: Crowd, places: readonly Place[]): Promise<readonly Asked[]> {
  return Promise.all(
    places.map(async (place) => {
      const { id } = (await host.callApi('create-deployment', {}, place)) as DeploymentView;
      return { crowd, id };
    }),
  );
}

async function viewsOf(host: LightHost, asked: readonly Asked[]): Promise<readonly View[]> {
  return Promise.all(
    asked.map(async ({ id, crowd }) => ({
      ...((await host.callApi('get-deployment', { deploymentId: id })) as DeploymentView),
      crowd,
    })),
  );
}

async function untilEach(
  host: LightHost,
  asked: readonly Asked[],
  so: (view: View) => boolean,
): Promise<readonly View[]> {
  for (;;) {
    const views = await viewsOf(host, asked);
    if (views.every(so)) return views;
    const over = views.find(({ finishedAt }) => finishedAt !== undefined);
    if (over) throw new Error(`${over.id} is ${over.status} before all were in line.`);
    await delay(500);
  }
}

function builtMs({ steps }: View): number {
  return Date.parse(steps.find(({ name }) => name === 'bundle')?.finishedAt ?? '');
}

function waitOf(views: readonly Begun[], crowd: Crowd) {
  const waits = views.filter((view) => view.crowd === crowd).map((view) => view.begunMs - Date.parse(view.createdAt));
  return { p50: percentile(waits, 0.5), p95: percentile(waits, 0.95) };
}

function inversionsIn(views: readonly Begun[]): number {
  const production = views.filter(({ crowd }) => crowd === 'production').map(({ begunMs }) => begunMs);
  const others = views.filter(({ crowd }) => crowd !== 'production').map(({ begunMs }) => begunMs);
  return others.filter((other) => production.some((begun) => other < begun - togetherMs)).length;
}

function greedyAtOnce(views: readonly Begun[]): number {
  const greedy = views.filter(({ crowd }) => crowd === 'greedy');
  const lastOther = Math.max(...views.filter(({ crowd }) => crowd === 'staging').map(({ begunMs }) => begunMs));
  const begun = greedy.map(({ begunMs }) => begunMs).filter((at) => at < lastOther - togetherMs);
  return Math.max(0, ...begun.map((at) => greedy.filter((view) => view.begunMs <= at && at < builtMs(view)).length));
}
