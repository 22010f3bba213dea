import * as zlib from 'node:zlib';
import type { Transform } from 'node:stream';
import type { Header } from 'tar-stream';
import * as z from 'zod';

/** An archive is a compressed tar: this entry first, then what the stage left, each under `files/`. */
export const headName = 'stage.json';
export const filesPrefix = 'files/';

export type ArchiveHeader = Partial<Header> & Pick<Header, 'name'>;

export const archiveHead = z.object({ version: z.literal(1), gone: z.array(z.string()) });

/** Larger ones cost more than they save, and are held in memory. */
export const archiveLimits = { compressedBytes: 256 * 1024 * 1024, contentBytes: 2 * 1024 * 1024 * 1024 } as const;

// The kit runs on whatever Node the build image brings; older ones have no Zstandard.
const hasZstd = 'createZstdCompress' in zlib;
const zstdMagic = Buffer.from([0x28, 0xb5, 0x2f, 0xfd]);

export function compressor(): Transform {
  return hasZstd ? zlib.createZstdCompress() : zlib.createGzip({ level: 4 });
}

/** @throws Error for a format that this Node cannot read */
export function decompressor(archive: Uint8Array): Transform {
  const isZstd = Buffer.compare(archive.subarray(0, zstdMagic.length), zstdMagic) === 0;
  if (!isZstd) return zlib.createGunzip();
  if (!hasZstd) throw new Error('this Node has no Zstandard');
  return zlib.createZstdDecompress();
}

/** Whether a path, as it stands in an archive, names something inside of a workspace. */
export function isInside(path: string): boolean {
  return !path.includes('\0') && path.split('/').every((name) => name !== '' && name !== '.' && name !== '..');
}

/** Whether a link at `path` leads to something inside of the workspace, by its words. */
export function leadsInside(path: string, to: string): boolean {
  if (to === '' || to.startsWith('/') || to.includes('\0')) return false;
  let depth = path.split('/').length - 1;
  for (const name of to.split('/')) {
    if (name === '..') depth -= 1;
    else if (name !== '' && name !== '.') depth += 1;
    if (depth < 0) return false;
  }
  return true;
}
