import { register } from '#test/support/deployments.ts';
import { readOptions } from '../support/options.ts';
import { median, percentile } from '../support/percentile.ts';
import { progress, report } from '../support/report.ts';
import { startBenchHost } from '../support/start-host.ts';
import type { Row } from '../support/table.ts';
import { apiLatency } from './api-latency.ts';
import { measureBundles } from './bundles.ts';
import { eightStepService } from './eight-step-service.ts';
import { measureDeployment, type MeasuredDeployment } from './measure-deployment.ts';

const limits = { transitions: 60, writes: 60, overheadMs: 2000, bundleBytes: 650_000 };

/** What a deployment costs besides the work of its runners and its target; see `README.md` for the definitions. */
export async function run(args: readonly string[]): Promise<void> {
  const options = readOptions(args);
  const [repeats, requests, loads] = options.short ? [3, 30, 1] : [20, 500, 5];
  const deployments = await measureDeployments(repeats);
  progress(`api: ${requests} requests of each operation`);
  const operations = await apiLatency(requests);
  progress('functions: size and load time');
  const bundles = await measureBundles(loads);

  const most = (key: keyof MeasuredDeployment): number => Math.max(...deployments.map((each) => each[key]));
  report(
    {
      bench: 'overhead',
      tables: [
        { title: `a deployment of 8 steps, ${repeats} times`, rows: deploymentRows(deployments) },
        { title: 'API over HTTP', rows: operations },
        {
          title: 'functions',
          rows: bundles
            .toSorted((left, right) => right.bytes - left.bytes)
            .map(({ name, bytes, loadMs }) => ({ function: name, KB: bytes / 1000, 'load ms': loadMs })),
        },
      ],
      gates: [
        { name: 'state transitions', value: most('transitions'), limit: limits.transitions },
        { name: 'table write requests', value: most('tableWrites'), limit: limits.writes },
        {
          name: 'overhead, p95',
          value: percentile(
            deployments.map(({ overheadMs }) => overheadMs),
            0.95,
          ),
          limit: limits.overheadMs,
          unit: 'ms',
        },
        {
          name: 'largest function',
          value: Math.max(...bundles.map(({ bytes }) => bytes)) / 1000,
          limit: limits.bundleBytes / 1000,
          kind: 'below',
          unit: 'KB',
        },
      ],
    },
    options,
  );
}

async function measureDeployments(repeats: number): Promise<readonly MeasuredDeployment[]> {
  const host = await startBenchHost();
  try {
    await host.disableSchedules();
    const repository = await host.repository('overhead');
    await register(host.api, 'overhead', repository.url);
    // The first one loads what a host loads once, and does not count.
    await measureDeployment(host, 'overhead', await repository.commit(eightStepService('warm up')));
    const measured: MeasuredDeployment[] = [];
    for (let index = 1; index <= repeats; index++) {
      const commit = await repository.commit(eightStepService(`text ${index}`));
      const deployment = await measureDeployment(host, 'overhead', commit);
      progress(
        `deployment ${index} of ${repeats}: ${Math.round(deployment.overheadMs)} ms of ${Math.round(deployment.wallMs)} ms`,
      );
      measured.push(deployment);
    }
    return measured;
  } finally {
    await host.close();
  }
}

function deploymentRows(deployments: readonly MeasuredDeployment[]): readonly Row[] {
  const figures: readonly (readonly [string, keyof MeasuredDeployment])[] = [
    ['wall ms', 'wallMs'],
    ['runner ms', 'runnerMs'],
    ['target ms', 'targetMs'],
    ['overhead ms', 'overheadMs'],
    ['state transitions', 'transitions'],
    ['table write requests', 'tableWrites'],
    ['of the log, not counted', 'logWrites'],
  ];
  return figures.map(([figure, key]) => {
    const values = deployments.map((each) => each[key]);
    return {
      figure,
      min: Math.min(...values),
      median: median(values),
      p95: percentile(values, 0.95),
      max: Math.max(...values),
    };
  });
}
