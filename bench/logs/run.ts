import { begin, register, untilStatus } from '#test/support/deployments.ts';
import { seededRandom } from '#test/support/seeded-random.ts';
import { readOptions } from '../support/options.ts';
import { progress, report } from '../support/report.ts';
import { startBenchHost } from '../support/start-host.ts';
import { createLatencies } from './latencies.ts';
import { view } from './viewer.ts';
import { writingService, type Writing } from './writing-service.ts';

const seed = 20_261_124;

/** How long a line takes from the program that writes it to each of many viewers; see `README.md`. */
export async function run(args: readonly string[]): Promise<void> {
  const options = readOptions(args);
  const writing: Writing = { lines: options.short ? 10_000 : 200_000, lineBytes: 100, linesPerSecond: 2000 };
  const [viewers, cutsEach] = options.short ? [10, 2] : [50, 2];
  const writingMs = (writing.lines / writing.linesPerSecond) * 1000;
  const latencies = createLatencies();
  const random = seededRandom(seed);

  const host = await startBenchHost();
  try {
    const { api, token } = host;
    const repository = await host.repository('logs');
    await register(api, 'logs', repository.url);
    const id = await begin(api, 'logs', 'staging', await repository.commit(writingService(writing)));
    await untilStatus(api, id, ({ steps }) => steps.some(({ name }) => name === 'test'));
    progress(`${viewers} viewers follow ${writing.lines} lines for ${writingMs / 1000} s`);
    const before = await host.usage();
    const started = performance.now();
    const viewed = await Promise.all(
      Array.from({ length: viewers }, () => {
        const cutsAfterMs = Array.from({ length: cutsEach }, () => (0.02 + 0.96 * random()) * writingMs);
        return view({ url: `${api.url}/v1/deployments/${id}/logs`, token, cutsAfterMs, latencies });
      }),
    );
    const tookMs = performance.now() - started;
    const after = await host.usage();

    const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
    const whole = viewed.filter(({ lines, status }) => lines === writing.lines && status === 'succeeded').length;
    const p95 = latencies.percentile(0.95);
    report(
      {
        bench: 'logs',
        tables: [
          {
            title: `${viewers} viewers, ${(writing.lines * writing.lineBytes) / 1e6} MB at ${writing.linesPerSecond} lines/s`,
            rows: [
              { figure: 'line written to line received, p50 ms', value: latencies.percentile(0.5) },
              { figure: 'p95 ms', value: p95 },
              { figure: 'p99 ms', value: latencies.percentile(0.99) },
              { figure: 'longest ms', value: latencies.percentile(1) },
              { figure: 'lines received', value: latencies.count() },
              { figure: 'connections broken', value: sum(viewed.map(({ cuts }) => cuts)) },
              { figure: 'host CPU, share of one core', value: (after.cpuMs - before.cpuMs) / tookMs },
              { figure: 'host memory MB', value: after.rssBytes / 1e6 },
              { figure: 'event loop delay p99 ms', value: after.loop.p99Ms },
            ],
          },
        ],
        gates: [
          { name: 'line written to line received, p95', value: p95, limit: 300, kind: 'below', unit: 'ms' },
          { name: 'gaps', value: sum(viewed.map(({ gaps }) => gaps)), limit: 0 },
          { name: 'repeats', value: sum(viewed.map(({ repeats }) => repeats)), limit: 0 },
          { name: 'viewers that got all', value: whole, limit: viewers, kind: 'exactly' },
          {
            name: 'connections broken',
            value: sum(viewed.map(({ cuts }) => cuts)),
            limit: viewers * cutsEach,
            kind: 'exactly',
          },
        ],
      },
      options,
    );
  } finally {
    await host.close();
  }
}
