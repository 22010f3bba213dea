import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { dirname, join, normalize, isAbsolute } from 'node:path';
import { unzip, type Unzipped } from 'fflate';
import { invalidParameter } from './faults.ts';
import { readZipDirectory, type ZipEntry } from './zip-directory.ts';

const UNZIPPED_LIMIT_BYTES = 262_144_000;
const FILE_TYPE = 0o170000;
const SYMBOLIC_LINK = 0o120000;

/**
 * Writes the files of a deployment package below `directory`; executable bits stay.
 * Nothing is written when any entry would land outside it, is a symbolic link, or the whole is over Lambda's size limit.
 *
 * @throws ServiceFault `InvalidParameterValueException`
 */
export async function unpackZip(zip: Uint8Array, directory: string): Promise<void> {
  const entries = readEntries(zip);
  for (const entry of entries) checkEntry(entry);
  if (entries.reduce((sum, entry) => sum + entry.bytes, 0) >= UNZIPPED_LIMIT_BYTES) {
    throw invalidParameter(`Unzipped size must be smaller than ${UNZIPPED_LIMIT_BYTES} bytes`);
  }
  const files = await inflate(zip);
  await mkdir(directory, { recursive: true });
  const modes = new Map(entries.map((entry) => [entry.name, entry.mode]));
  for (const [name, content] of Object.entries(files)) {
    const path = join(directory, name);
    if (name.endsWith('/')) {
      await mkdir(path, { recursive: true });
      continue;
    }
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, content);
    if (((modes.get(name) ?? 0) & 0o111) !== 0) await chmod(path, 0o755);
  }
}

function readEntries(zip: Uint8Array): ZipEntry[] {
  try {
    return readZipDirectory(zip);
  } catch {
    throw notUnzippable();
  }
}

function checkEntry({ name, mode }: ZipEntry): void {
  const path = normalize(name);
  if (isAbsolute(path) || path === '..' || path.startsWith('../') || name.includes('\\') || name.includes('\0')) {
    throw invalidParameter(`The deployment package holds "${name}", which lies outside of it.`);
  }
  if ((mode & FILE_TYPE) === SYMBOLIC_LINK) {
    throw invalidParameter(`"${name}" is a symbolic link; the local endpoint takes files and folders only.`);
  }
}

function inflate(zip: Uint8Array): Promise<Unzipped> {
  return new Promise((resolve, reject) => {
    unzip(zip, (error, files) => (error ? reject(notUnzippable()) : resolve(files)));
  });
}

const notUnzippable = () =>
  invalidParameter('Could not unzip uploaded file. Please check your file, then try to upload again.');
