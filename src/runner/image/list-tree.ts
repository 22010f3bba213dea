import { lstat, readdir, readlink } from 'node:fs/promises';
import { join, posix } from 'node:path';
import { RunnerFailure } from '../runner-failure.ts';

export type TreeEntry =
  | { readonly kind: 'directory'; readonly name: string }
  | {
      readonly kind: 'file';
      readonly name: string;
      readonly path: string;
      readonly size: number;
      readonly executable: boolean;
    }
  | { readonly kind: 'symlink'; readonly name: string; readonly target: string };

/**
 * Everything under a directory, sorted by the bytes of the names, a directory before what lies in it.
 *
 * @throws RunnerFailure when there is no directory, no file in it, a link that leads out of it, or something that is
 * neither file, directory nor link
 */
export async function listTree(directory: string): Promise<readonly TreeEntry[]> {
  const root = await lstat(directory).catch(() => undefined);
  if (!root) throw new RunnerFailure(`the directory ${directory} does not exist`);
  if (!root.isDirectory()) throw new RunnerFailure(`${directory} is not a directory`);
  const entries = await entriesUnder(directory, '');
  if (!entries.some(({ kind }) => kind === 'file')) throw new RunnerFailure(`the directory ${directory} has no files`);
  return entries.toSorted((one, other) => Buffer.compare(Buffer.from(one.name), Buffer.from(other.name)));
}

async function entriesUnder(directory: string, prefix: string): Promise<TreeEntry[]> {
  const entries: TreeEntry[] = [];
  for (const child of await readdir(directory)) {
    const name = prefix + child;
    const path = join(directory, child);
    const found = await lstat(path);
    if (found.isDirectory()) {
      entries.push({ kind: 'directory', name }, ...(await entriesUnder(path, `${name}/`)));
    } else if (found.isFile()) {
      entries.push({ kind: 'file', name, path, size: found.size, executable: (found.mode & 0o100) !== 0 });
    } else if (found.isSymbolicLink()) {
      entries.push({ kind: 'symlink', name, target: insideOnly(name, await readlink(path)) });
    } else {
      throw new RunnerFailure(`"${name}" is not a regular file; an image holds files, directories and links only`);
    }
  }
  return entries;
}

/** A link that leads out means another thing in the image than it did in the build, or one thing of the build's host. */
function insideOnly(name: string, target: string): string {
  const meant = posix.join(posix.dirname(name), target);
  if (!target.startsWith('/') && meant !== '..' && !meant.startsWith('../')) return target;
  throw new RunnerFailure(`"${name}" is a link to "${target}", outside the directory that becomes the image`);
}
