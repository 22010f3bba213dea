import { readdir, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { Files } from './git-repository.ts';

/** All files of a service under `examples/`. */
export async function exampleService(name: string): Promise<Files> {
  const folder = fileURLToPath(new URL(`../../examples/${name}/`, import.meta.url));
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => `${entry.parentPath}/${entry.name}`);
  const files = await Promise.all(
    paths.map(async (path) => [path.slice(folder.length).replace(/^\//, ''), await readFile(path, 'utf8')] as const),
  );
  return Object.fromEntries(files);
}
