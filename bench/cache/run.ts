import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openTestAccount } from '#test/support/account.ts';
import { cachedBuilds, type CachedBuild } from '#test/support/cached-builds.ts';
import { seededRandom } from '#test/support/seeded-random.ts';
import { readOptions } from '../support/options.ts';
import { progress, report } from '../support/report.ts';
import type { Row } from '../support/table.ts';
import { makeRepository, services, type ServiceName, stagesOf } from './make-repository.ts';

const seed = 4;
/** Of the naive build's runner time. */
const mostPercent = 40;

interface Built {
  readonly seconds: number;
  readonly digest: string;
  readonly cached: number;
}

/** Runner time of a repository's builds with and without the cache, commit by commit; see `README.md`. */
export async function run(args: readonly string[]): Promise<void> {
  const options = readOptions(args);
  const directory = mkdtempSync(join(tmpdir(), 'bench-cache-'));
  const account = await openTestAccount();
  try {
    progress('making the repository');
    const commits = makeRepository(join(directory, 'shop'), options.short ? 6 : 30, seededRandom(seed));
    const builders = new Map(services.map((service) => [service, cachedBuilds(account, service)]));

    const build = async (service: ServiceName, commit: string, useCache: boolean): Promise<Built> => {
      // As a runner has it: empty, also of what a package manager keeps there.
      const home = join(directory, 'home');
      rmSync(home, { recursive: true, force: true });
      mkdirSync(home);
      const wanted: CachedBuild = {
        fill: (place) => {
          const archive = execFileSync('git', ['-C', join(directory, 'shop'), 'archive', commit], {
            maxBuffer: 512 * 1024 * 1024,
          });
          execFileSync('tar', ['-x', '-C', place], { input: archive });
        },
        stages: stagesOf(service),
        environment: 'staging',
        commit,
        host: { HOME: home, PATH: toolsPath() },
        ...(!useCache && { plan: { cache: undefined } }),
      };
      const ended = await builders.get(service)?.build(wanted);
      if (!ended?.artifact) throw new Error(`The build of ${service} at ${commit} failed:\n${ended?.log}`);
      const cached = ended.said.filter((line) => line.endsWith(' cached')).length;
      return { seconds: ended.runnerMs / 1000, digest: ended.artifact.digest, cached };
    };

    const rows: (Row & { readonly 'naive s': number; readonly 'cached s': number })[] = [];
    let differing = 0;
    for (const [number, { id, touched }] of commits.entries()) {
      const sum = { naive: 0, cached: 0, stages: 0 };
      for (const service of services) {
        // In turns: neither always comes first to a warm disk.
        const order = number % 2 === 0 ? [false, true] : [true, false];
        const digests: string[] = [];
        for (const useCache of order) {
          const built = await build(service, id, useCache);
          digests.push(built.digest);
          sum[useCache ? 'cached' : 'naive'] += built.seconds;
          if (useCache) sum.stages += built.cached;
        }
        if (new Set(digests).size > 1) differing += 1;
      }
      progress(
        `${number + 1}/${commits.length} ${touched}: ${sum.naive.toFixed(1)} s, cached ${sum.cached.toFixed(1)} s`,
      );
      rows.push({
        commit: number + 1,
        touched,
        'naive s': sum.naive,
        'cached s': sum.cached,
        'stages from the cache': `${sum.stages} of ${services.length * 4}`,
        'saved %': Math.round(100 * (1 - sum.cached / sum.naive)),
      });
    }
    const total = (key: 'naive s' | 'cached s'): number => rows.reduce((all, row) => all + row[key], 0);
    const share = (100 * total('cached s')) / total('naive s');
    report(
      {
        bench: 'cache',
        tables: [
          { title: `${commits.length} commits, ${services.length} services each`, rows },
          {
            title: 'together',
            rows: [{ 'naive s': total('naive s'), 'cached s': total('cached s'), 'saved %': 100 - share }],
          },
        ],
        gates: [
          { name: 'runner time with the cache, of that without', value: share, limit: mostPercent, unit: '%' },
          { name: 'artifacts that differ from those without', value: differing, limit: 0, kind: 'exactly' },
        ],
      },
      options,
    );
  } finally {
    await account.close();
    rmSync(directory, { recursive: true, force: true });
  }
}

/** The compiler and the bundler of this repository, on the Node that runs this. */
function toolsPath(): string {
  const own = fileURLToPath(new URL('../../node_modules/.bin', import.meta.url));
  return [dirname(process.execPath), own, process.env['PATH']].join(':');
}
