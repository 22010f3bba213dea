import { chmodSync, lstatSync, lutimesSync, mkdirSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type ArchiveEntry, parentsOf, readArchive } from './read-archive.ts';

/**
 * Brings a workspace to where a stage left it. The archive has been read once before, so what is wrong with it is known
 * before anything is changed.
 *
 * @throws Error when something in the workspace lies behind a link, or cannot be written
 */
export async function unpackStage(directory: string, archive: Uint8Array): Promise<void> {
  const directories: ArchiveEntry[] = [];
  const seen = new Set<string>();
  await readArchive(archive, {
    onGone(path) {
      refuseLinks(directory, path, seen);
      rmSync(join(directory, path), { recursive: true, force: true });
    },
    async onEntry(entry, content) {
      const { path, mode, modifiedSeconds } = entry;
      const place = join(directory, path);
      refuseLinks(directory, path, seen);
      if (entry.kind === 'directory') {
        makeDirectory(place);
        directories.push(entry);
        return;
      }
      // Never through what lies there: a link would lead the content elsewhere.
      rmSync(place, { recursive: true, force: true });
      if (entry.kind === 'link') {
        symlinkSync(entry.to ?? '', place);
        lutimesSync(place, modifiedSeconds, modifiedSeconds);
        return;
      }
      writeFileSync(place, await content(), { flag: 'wx', mode: 0o600 });
      chmodSync(place, mode);
      utimesSync(place, modifiedSeconds, modifiedSeconds);
    },
  });
  // Last, and the innermost first: writing into a directory changes its time, and one may forbid it.
  for (const { path, mode, modifiedSeconds } of directories.toReversed()) {
    chmodSync(join(directory, path), mode);
    utimesSync(join(directory, path), modifiedSeconds, modifiedSeconds);
  }
}

function makeDirectory(place: string): void {
  const present = lstatSync(place, { throwIfNoEntry: false });
  if (present?.isDirectory()) return;
  if (present) rmSync(place, { force: true });
  mkdirSync(place, { mode: 0o700 });
}

/** @param seen parents that were looked at, for each lies above many files */
function refuseLinks(directory: string, path: string, seen: Set<string>): void {
  for (const parent of parentsOf(path)) {
    if (seen.has(parent)) continue;
    const found = lstatSync(join(directory, parent), { throwIfNoEntry: false });
    if (!found?.isDirectory()) throw new Error(`"${path}" cannot be restored: "${parent}" is no directory`);
    seen.add(parent);
  }
}
