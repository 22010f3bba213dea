import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import type { LightHost } from './light-host.ts';

/** What the host needed while it worked. */
export interface Load {
  readonly wallMs: number;
  /** Of this process, without what it needs when nothing is asked of it. */
  readonly cpuMs: number;
  readonly peakBuilds: number;
  readonly peakRssBytes: number;
  readonly loop: { readonly p50Ms: number; readonly p99Ms: number; readonly maxMs: number };
}

const lookMs = 100;
const idleMs = 2000;
/** A busy host needs ten times that. */
const mostIdlePerSecond = 60;

/** Waits until nothing is left to do. What a host does all the same is its idle load: milliseconds of processor in a second. */
export async function untilIdle(): Promise<number> {
  for (;;) {
    const before = cpuMs();
    await delay(idleMs);
    const perSecond = ((cpuMs() - before) / idleMs) * 1000;
    if (perSecond < mostIdlePerSecond) return perSecond;
  }
}

/** Does the work, waits until every machine has come to its end, and watches meanwhile. */
export async function underLoad(host: LightHost, work: () => Promise<void>, idlePerSecond: number): Promise<Load> {
  const loop = monitorEventLoopDelay({ resolution: 10 });
  let peakBuilds = 0;
  let peakRssBytes = 0;
  const look = (): void => {
    peakBuilds = Math.max(peakBuilds, host.runningBuilds());
    peakRssBytes = Math.max(peakRssBytes, process.memoryUsage.rss());
  };
  const timer = setInterval(look, lookMs);
  const cpuBefore = cpuMs();
  const started = performance.now();
  loop.enable();
  await work();
  while (host.runningExecutions() > 0) {
    look();
    await delay(lookMs);
  }
  const wallMs = performance.now() - started;
  const cpu = cpuMs() - cpuBefore - (idlePerSecond * wallMs) / 1000;
  loop.disable();
  clearInterval(timer);
  const { max } = loop;
  return {
    wallMs,
    cpuMs: cpu,
    peakBuilds,
    peakRssBytes,
    loop: { p50Ms: loop.percentile(50) / 1e6, p99Ms: loop.percentile(99) / 1e6, maxMs: max / 1e6 },
  };
}

function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}
