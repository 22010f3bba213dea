import { lstat, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Zip, ZipDeflate } from 'fflate';
import { RunnerFailure } from './runner-failure.ts';

interface FileEntry {
  /** Relative to the directory, `/` between names. */
  readonly name: string;
  readonly path: string;
  readonly executable: boolean;
}

/** A file that goes into the zip without lying in the directory. */
export interface AddedFile {
  /** As in the zip; nothing in the directory may lie in its folder. */
  readonly name: string;
  readonly content: Uint8Array;
  readonly executable: boolean;
}

const REGULAR_FILE = 0o100_000;
const UNIX = 3;

/**
 * A zip of the directory that depends on nothing but names, contents and the owner's executable bits: sorted by name,
 * times 1980-01-01, modes 0644 or 0755. Compressed by fflate, whose bytes do not change with the host's zlib. Empty
 * directories are left out.
 *
 * @param added goes in as well; in the sorting it is like any other file
 * @throws RunnerFailure when there is no directory, nothing in it, something other than files and directories, or a file
 *   where one is added
 */
export async function reproducibleZip(directory: string, added: readonly AddedFile[] = []): Promise<Uint8Array> {
  const root = await lstat(directory).catch(() => undefined);
  if (!root) throw new RunnerFailure(`the directory ${directory} does not exist`);
  if (!root.isDirectory()) throw new RunnerFailure(`${directory} is not a directory`);
  const own = await filesUnder(directory, '');
  if (own.length === 0) throw new RunnerFailure(`the directory ${directory} has no files`);
  refuseTaken(own, added);
  const files = [...own, ...added];
  files.sort((a, b) => Buffer.compare(Buffer.from(a.name), Buffer.from(b.name)));

  const chunks: Uint8Array[] = [];
  const zip = new Zip((error, chunk) => {
    if (error) throw error;
    chunks.push(chunk);
  });
  for (const { name, executable, ...file } of files) {
    // By entry and not as one object: an object would sort "10" before "2a" and lose "__proto__".
    const entry = new ZipDeflate(name, { level: 9 });
    entry.os = UNIX;
    entry.attrs = (REGULAR_FILE | (executable ? 0o755 : 0o644)) * 0x1_00_00;
    // A zip holds local time without a zone, so this very date in any zone gives the same bytes.
    entry.mtime = new Date(1980, 0, 1);
    zip.add(entry);
    entry.push('content' in file ? file.content : await readFile(file.path), true);
  }
  zip.end();
  return Buffer.concat(chunks);
}

function refuseTaken(files: readonly FileEntry[], added: readonly AddedFile[]): void {
  const folders = new Set(added.map(({ name }) => name.slice(0, name.indexOf('/') + 1)));
  const taken = files.find(({ name }) => folders.has(name.slice(0, name.indexOf('/') + 1)));
  if (taken)
    throw new RunnerFailure(`"${taken.name}" lies in a folder that the deployment service fills; name it otherwise`);
}

async function filesUnder(directory: string, prefix: string): Promise<FileEntry[]> {
  const files: FileEntry[] = [];
  for (const child of await readdir(directory, { withFileTypes: true })) {
    const name = prefix + child.name;
    const path = join(directory, child.name);
    if (child.isDirectory()) files.push(...(await filesUnder(path, `${name}/`)));
    else if (child.isFile()) files.push({ name, path, executable: ((await lstat(path)).mode & 0o100) !== 0 });
    else if (child.isSymbolicLink())
      throw new RunnerFailure(`"${name}" is a symbolic link; an artifact holds files only`);
    else throw new RunnerFailure(`"${name}" is not a regular file; an artifact holds files only`);
  }
  return files;
}
