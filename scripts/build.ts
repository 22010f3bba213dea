import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Metafile } from 'esbuild';
import { functionCatalog, nameOf } from '#functions/catalog.ts';
import { buildFunctions } from './build-functions.ts';
import { buildRunnerKit } from './build-runner-kit.ts';

/** What a function's bundle may have: all that it loads before its first answer. */
const budgetBytes = 650_000;

interface Bundle {
  readonly name: string;
  readonly bytes: number;
  /** The packages that bring most of it, largest first. */
  readonly packages: readonly (readonly [name: string, bytes: number])[];
}

const dist = join(fileURLToPath(new URL('..', import.meta.url)), 'dist');

// A function that left the catalog must not be found here any more.
await rm(join(dist, 'functions'), { recursive: true, force: true });
await mkdir(dist, { recursive: true });
const metafile = await buildFunctions('dist/functions');
await writeFile(join(dist, 'meta.json'), JSON.stringify(metafile));
await buildRunnerKit(join(dist, 'runner-kit.zip'));

const bundles = functionCatalog.map((row) => bundleOf(nameOf(row), metafile));
process.stdout.write(`${tableOf(bundles)}\n`);
const tooLarge = bundles.filter(({ bytes }) => bytes > budgetBytes);
for (const { name, bytes, packages } of tooLarge) {
  const most = packages.slice(0, 8).map(([from, size]) => `${from} ${kilobytes(size)}`);
  process.stderr.write(
    `${name} is ${kilobytes(bytes)}, its budget ${kilobytes(budgetBytes)}. Most of it: ${most.join(', ')}.\n`,
  );
}
process.exitCode = tooLarge.length > 0 ? 1 : 0;

function bundleOf(name: string, { outputs }: Metafile): Bundle {
  const output = outputs[`dist/functions/${name}/index.mjs`];
  if (!output) throw new Error(`The function ${name} has no bundle.`);
  const sizes = new Map<string, number>();
  for (const [input, { bytesInOutput }] of Object.entries(output.inputs)) {
    const from = /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(input)?.[1] ?? 'our own code';
    sizes.set(from, (sizes.get(from) ?? 0) + bytesInOutput);
  }
  return {
    name,
    bytes: output.bytes,
    packages: [...sizes].sort(([, left], [, right]) => right - left),
  };
}

function tableOf(rows: readonly Bundle[]): string {
  const width = Math.max(...rows.map(({ name }) => name.length));
  const line = (name: string, size: string) => `${name.padEnd(width)}  ${size.padStart(7)}`;
  return [line('function', 'size'), ...rows.map(({ name, bytes }) => line(name, kilobytes(bytes)))].join('\n');
}

function kilobytes(bytes: number): string {
  return `${Math.round(bytes / 1000)} KB`;
}
