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

const REGULAR_FILE = 0o100_000;
const UNIX = 3;

/**
 * A zip of the directory that depends on nothing but names, contents and the owner's executable bits: sorted by name,
 * times 1980-01-01, modes 0644 or 0755. Compressed by fflate, whose bytes do not change with the host's zlib. Empty
 * directories are left out.
 *
 * @throws RunnerFailure when there is no directory, nothing in it, or something other than files and directories
 */
export async function reproducibleZip(directory: string): Promise<Uint8Array> {
  const root = await lstat(directory).catch(() => undefined);
  if (!root) throw new RunnerFailure(`the directory ${directory} does not exist`);
  if (!root.isDirectory()) throw new RunnerFailure(`${directory} is not a directory`);
  const files = await filesUnder(directory, '');
  if (files.length === 0) throw new RunnerFailure(`the directory ${directory} has no files`);
  files.sort((a, b) => Buffer.compare(Buffer.from(a.name), Buffer.from(b.name)));

  const chunks: Uint8Array[] = [];
  const zip = new Zip((error, chunk) => {
    if (error) throw error;
    chunks.push(chunk);
  });
  for (const { name, path, executable } of files) {
    // By entry and not as one object: an object would sort "10" before "2a" and lose "__proto__".
    const entry = new ZipDeflate(name, { level: 9 });
    entry.os = UNIX;
    entry.attrs = (REGULAR_FILE | (executable ? 0o755 : 0o644)) * 0x1_00_00;
    // A zip holds local time without a zone, so this very date in any zone gives the same bytes.
    entry.mtime = new Date(1980, 0, 1);
    zip.add(entry);
    entry.push(await readFile(path), true);
  }
  zip.end();
  return Buffer.concat(chunks);
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
