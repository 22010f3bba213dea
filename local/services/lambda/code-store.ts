import { createHash, randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { unpackZip } from './unpack-zip.ts';

export interface StoredCode {
  readonly codeSha256: string;
  readonly codeBytes: number;
}

/** Deployment packages by digest: the zip as it came, and once unpacked beside it for every environment to share. */
export interface CodeStore {
  /**
   * Keeps a package and calls `record`, which must write down who uses it before it returns: until then, and only
   * until then, the package is held against `release`.
   * @throws ServiceFault `InvalidParameterValueException` when it cannot be unpacked
   */
  add<T>(zip: Uint8Array, record: (code: StoredCode) => T): Promise<T>;
  /** The unpacked folder; made anew from the zip when it is gone. */
  unpacked(codeSha256: string): Promise<string>;
  /** Absolute path of the zip. */
  zipPath(codeSha256: string): string;
  /** Removes a package that nothing uses any longer. */
  release(codeSha256: string): Promise<void>;
}

/** @param isUsed whether any version or running environment still needs the package */
export function createCodeStore(root: string, isUsed: (codeSha256: string) => boolean): CodeStore {
  const held = new Map<string, number>();
  const unpacking = new Map<string, Promise<string>>();
  const folder = (sha: string): string => join(root, 'code', Buffer.from(sha, 'base64').toString('hex'));
  const zipPath = (sha: string): string => join(root, 'zips', `${Buffer.from(sha, 'base64').toString('hex')}.zip`);

  const unpack = async (sha: string): Promise<string> => {
    const target = folder(sha);
    if (existsSync(target)) return target;
    // Unpacked aside and renamed, so that a kill half-way leaves no folder that looks whole.
    const aside = join(root, 'unpacking', randomUUID());
    try {
      await unpackZip(await readFile(zipPath(sha)), aside);
      await mkdir(join(root, 'code'), { recursive: true });
      await rename(aside, target);
    } finally {
      await rm(aside, { recursive: true, force: true });
    }
    return target;
  };
  const unpacked = (sha: string): Promise<string> => {
    const running = unpacking.get(sha) ?? unpack(sha).finally(() => unpacking.delete(sha));
    unpacking.set(sha, running);
    return running;
  };
  const release = async (sha: string): Promise<void> => {
    if (held.has(sha) || isUsed(sha)) return;
    await rm(zipPath(sha), { force: true });
    await rm(folder(sha), { recursive: true, force: true });
  };

  return {
    async add(zip, record) {
      const codeSha256 = createHash('sha256').update(zip).digest('base64');
      held.set(codeSha256, (held.get(codeSha256) ?? 0) + 1);
      try {
        await writeWhole(zipPath(codeSha256), zip, join(root, 'unpacking'));
        await unpacked(codeSha256);
        return record({ codeSha256, codeBytes: zip.byteLength });
      } finally {
        const others = (held.get(codeSha256) ?? 1) - 1;
        if (others > 0) held.set(codeSha256, others);
        else held.delete(codeSha256);
        await release(codeSha256);
      }
    },
    unpacked,
    zipPath,
    release,
  };
}

async function writeWhole(path: string, content: Uint8Array, scratch: string): Promise<void> {
  if (existsSync(path)) return;
  const aside = join(scratch, `${randomUUID()}.zip`);
  await mkdir(scratch, { recursive: true });
  await mkdir(join(path, '..'), { recursive: true });
  await writeFile(aside, content);
  await rename(aside, path);
}
