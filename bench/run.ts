import { readdir } from 'node:fs/promises';

/** `npm run bench -- <name> [options]`: runs the benchmark of that folder. */
interface Benchmark {
  run(args: readonly string[]): Promise<void>;
}

const here = new URL('./', import.meta.url);
const [name, ...args] = process.argv.slice(2);
const folders = await readdir(here, { withFileTypes: true });
const names = folders
  .filter((folder) => folder.isDirectory() && folder.name !== 'support')
  .map((folder) => folder.name)
  .sort();

if (name !== undefined && names.includes(name)) {
  const benchmark = (await import(new URL(`${name}/run.ts`, here).href)) as Benchmark;
  await benchmark.run(args);
} else {
  if (name !== undefined) process.stderr.write(`There is no benchmark "${name}".\n\n`);
  process.stderr.write(
    `npm run bench -- <name> [--json] [--short]\n\n${names.map((each) => `  ${each}  see bench/${each}/README.md\n`).join('')}`,
  );
  process.exitCode = name === undefined ? 0 : 2;
}
