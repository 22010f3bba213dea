import { readOptions } from '../support/options.ts';
import { report, type Gate } from '../support/report.ts';
import type { Row } from '../support/table.ts';
import type { Burst } from './burst.ts';
import { inOwnProcess } from './in-own-process.ts';
import type { Queued } from './queue.ts';

const limits = { growth: 1.3, rssBytes: 1.5e9 };

/** How the control plane bears many deployments at once; see `README.md`. */
export async function run(args: readonly string[]): Promise<void> {
  const options = readOptions(args);
  const { sizes, stepSeconds, queueSize } = options.short
    ? { sizes: [1, 10, 40], stepSeconds: 1, queueSize: 30 }
    : { sizes: [1, 10, 100, 200, 1000], stepSeconds: 5, queueSize: 200 };
  const bursts: Burst[] = [];
  for (const size of sizes) bursts.push(await inOwnProcess({ kind: 'burst', size, stepSeconds }));
  const queued = await inOwnProcess({ kind: 'queue', size: queueSize, stepSeconds: 1 });
  report(
    {
      bench: 'scale',
      tables: [
        {
          title: `distinct services at once, each step ${stepSeconds} s, a runner for each`,
          rows: bursts.map(burstRow),
        },
        { title: `${queued.size} deployments for ${queued.runners} runners, each step 1 s`, rows: queueRows(queued) },
      ],
      gates: [...burstGates(bursts), ...queueGates(queued)],
    },
    options,
  );
}

function burstRow(burst: Burst): Row {
  return {
    services: burst.size,
    succeeded: burst.succeeded,
    'builds at once': burst.peakBuilds,
    'wall s': burst.wallMs / 1000,
    'deployments/s': (burst.size / burst.wallMs) * 1000,
    'wait p50 ms': burst.queueWaitMs.p50,
    'wait p95 ms': burst.queueWaitMs.p95,
    'CPU ms each': burst.cpuMs / burst.size,
    'memory MB': burst.peakRssBytes / 1e6,
    'loop p50 ms': burst.loop.p50Ms,
    'loop p99 ms': burst.loop.p99Ms,
    'loop max ms': burst.loop.maxMs,
  };
}

function queueRows({ waitMs, peakBuilds, wallMs }: Queued): readonly Row[] {
  return [
    ...Object.entries(waitMs).map(([crowd, { p50, p95 }]) => ({
      who: crowd,
      'wait p50 s': p50 / 1000,
      'wait p95 s': p95 / 1000,
    })),
    { who: `builds at once: ${peakBuilds}; over after ${Math.round(wallMs / 1000)} s` },
  ];
}

function burstGates(bursts: readonly Burst[]): readonly Gate[] {
  const each = ({ cpuMs, size }: Burst): number => cpuMs / size;
  // Of the two largest that are far enough apart; a hundred and a thousand when all sizes ran.
  const largest = bursts.at(-1);
  const reference = bursts.find(({ size }) => size === 100) ?? bursts.at(-2);
  const growth = largest && reference ? each(largest) / each(reference) : Number.NaN;
  return [
    ...bursts.flatMap(({ size, succeeded, peakBuilds }): Gate[] => [
      { name: `of ${size}, succeeded`, value: succeeded, limit: size, kind: 'exactly' },
      { name: `of ${size}, builds at the same time`, value: peakBuilds, limit: size, kind: 'exactly' },
    ]),
    {
      name: `CPU per deployment, ${largest?.size} against ${reference?.size}`,
      value: growth,
      limit: limits.growth,
      unit: 'times',
    },
    {
      name: 'memory',
      value: Math.max(...bursts.map(({ peakRssBytes }) => peakRssBytes)) / 1e6,
      limit: limits.rssBytes / 1e6,
      kind: 'below',
      unit: 'MB',
    },
  ];
}

function queueGates({
  size,
  runners,
  succeeded,
  peakBuilds,
  inversions,
  greedyAtOnce,
  placesShown,
}: Queued): readonly Gate[] {
  return [
    { name: 'queued, succeeded', value: succeeded, limit: size, kind: 'exactly' },
    { name: 'queued, builds at the same time', value: peakBuilds, limit: runners },
    { name: 'began before one of a higher priority', value: inversions, limit: 0 },
    { name: 'runners of the greedy service while others wait', value: greedyAtOnce, limit: 1 },
    { name: 'places shown', value: placesShown, limit: size, kind: 'exactly' },
  ];
}
