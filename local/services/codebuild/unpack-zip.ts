import { chmod, mkdir, symlink, writeFile } from 'node:fs/promises';
import { dirname, join, resolve, sep } from 'node:path';
import { readZip, type ZipEntry } from './read-zip.ts';

const KIND = 0o170000;
const LINK = 0o120000;
const PERMISSIONS = 0o777;

/**
 * Unpacks a zip into an empty directory and keeps the modes of its files.
 *
 * @throws Error for an entry or a link that points out of the directory: nothing is written then
 */
export async function unpackZip(bytes: Uint8Array, directory: string): Promise<void> {
  const entries = readZip(bytes);
  for (const { path } of entries) checkInside(directory, directory, path);
  const links = await readLinks(
    directory,
    entries.filter(({ mode }) => (mode & KIND) === LINK),
  );
  await mkdir(directory, { recursive: true });
  for (const entry of entries) {
    if ((entry.mode & KIND) !== LINK) await writeEntry(directory, entry);
  }
  // Links last, so that no file of the archive is written through one.
  for (const { path, target } of links) {
    await mkdir(dirname(path), { recursive: true });
    await symlink(target, path);
  }
}

async function readLinks(directory: string, entries: readonly ZipEntry[]) {
  const links: { readonly path: string; readonly target: string }[] = [];
  for (const entry of entries) {
    const path = join(directory, entry.path);
    const target = (await entry.content()).toString('utf8');
    checkInside(directory, dirname(path), target);
    links.push({ path, target });
  }
  return links;
}

async function writeEntry(directory: string, entry: ZipEntry): Promise<void> {
  const path = join(directory, entry.path);
  const permissions = entry.mode & PERMISSIONS;
  if (entry.path.endsWith('/')) {
    await mkdir(path, { recursive: true });
    return;
  }
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, await entry.content());
  if (permissions !== 0) await chmod(path, permissions);
}

function checkInside(directory: string, from: string, path: string): void {
  const place = resolve(from, path);
  const inside = place === directory || place.startsWith(directory + sep);
  if (!inside || path.startsWith('/') || path.includes('\0') || path.includes('\\')) {
    throw new Error(`the archive's entry ${JSON.stringify(path)} points out of its directory`);
  }
}
