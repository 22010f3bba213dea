import { readFile, stat } from 'node:fs/promises';
import { zip, type AsyncZippable } from 'fflate';
import type { ArtifactFile } from './artifact-files.ts';

const UNIX = 3;
// The oldest time that a zip can hold.
const EPOCH_MS = Date.UTC(1980, 0, 2);

/** Packs files with their modes and times. */
export async function packZip(files: readonly ArtifactFile[]): Promise<Uint8Array> {
  const entries: AsyncZippable = {};
  for (const { file, path } of files) {
    const { mode, mtimeMs } = await stat(file);
    const attributes = { os: UNIX, attrs: (mode << 16) >>> 0, mtime: Math.max(mtimeMs, EPOCH_MS) };
    entries[path] = [await readFile(file), attributes];
  }
  return new Promise((resolve, reject) => {
    zip(entries, (error, data) => (error ? reject(error) : resolve(data)));
  });
}
