import { createHash } from 'node:crypto';
import { readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import type { InputFile } from '#domain/build-cache/stage-key.ts';
import type { Snapshot } from './snapshot.ts';

const ownerMayRun = 0o100;

/** The files and links of a source, by their path. Directories are named by what lies in them; git knows no others. */
export function inputFilesOf(directory: string, snapshot: Snapshot): ReadonlyMap<string, InputFile> {
  const files = new Map<string, InputFile>();
  for (const [path, { kind, mode }] of snapshot) {
    if (kind === 'file') {
      const digest = sha256(readFileSync(join(directory, path)));
      files.set(path, { path, kind: (mode & ownerMayRun) === 0 ? 'file' : 'executable', digest });
    }
    if (kind === 'link') files.set(path, { path, kind: 'link', digest: sha256(readlinkSync(join(directory, path))) });
  }
  return files;
}

function sha256(content: Uint8Array | string): string {
  return createHash('sha256').update(content).digest('hex');
}
