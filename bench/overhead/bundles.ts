import { execFile } from 'node:child_process';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { functionCatalog, nameOf } from '#functions/catalog.ts';
import { buildFunctions } from '../../scripts/build-functions.ts';
import { median } from '../support/percentile.ts';

export interface MeasuredBundle {
  readonly name: string;
  readonly bytes: number;
  /** Median time of `import` in a process that has loaded nothing else. */
  readonly loadMs: number;
}

const run = promisify(execFile);

/** What stands around a handler in the managed runtime, as far as loading it asks for it. */
const loader = `
globalThis.awslambda = { streamifyResponse: (handler) => handler };
const started = performance.now();
await import(process.argv[1]);
process.stdout.write(String(performance.now() - started));
process.exit(0);
`;

/** Bundles each function as the stack does, and loads it so many times. */
export async function measureBundles(loads: number): Promise<readonly MeasuredBundle[]> {
  const directory = await mkdtemp(join(tmpdir(), 'bench-functions-'));
  try {
    await buildFunctions(directory);
    const bundles: MeasuredBundle[] = [];
    for (const name of functionCatalog.map(nameOf)) {
      const file = join(directory, name, 'index.mjs');
      const times: number[] = [];
      // The first load also warms the file cache, and does not count.
      for (let load = 0; load <= loads; load++) times.push(await loadOnce(file));
      bundles.push({ name, bytes: (await stat(file)).size, loadMs: median(times.slice(1)) });
    }
    return bundles;
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

async function loadOnce(file: string): Promise<number> {
  const { stdout } = await run(process.execPath, ['--input-type=module', '--eval', loader, pathToFileURL(file).href], {
    env: { ...process.env, AWS_REGION: 'eu-west-1', POWERTOOLS_LOG_LEVEL: 'SILENT' },
  });
  return Number(stdout);
}
