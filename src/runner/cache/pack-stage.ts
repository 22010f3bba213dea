import { createHash } from 'node:crypto';
import { lstatSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { secretForms } from '#domain/redaction/secret-forms.ts';
import { type Pack, pack as tarPack } from 'tar-stream';
import { type ArchiveHeader, archiveLimits, compressor, filesPrefix, headName, leadsInside } from './archive-shape.ts';
import type { Changes } from './snapshot.ts';

export type Packed =
  | { readonly kind: 'packed'; readonly archive: Uint8Array; readonly sha256: string }
  /** It would not be the same elsewhere, or is too large. */
  | { readonly kind: 'unfit'; readonly why: string };

/**
 * Puts what a stage changed into one archive, with links, modes and times.
 *
 * @param secrets values that must not lie in it
 */
export async function packStage(
  directory: string,
  { left, gone }: Changes,
  secrets: readonly string[] = [],
): Promise<Packed> {
  const hidden = secrets.flatMap(secretForms).map((form) => Buffer.from(form));
  const tar = tarPack();
  const chunks: Buffer[] = [];
  let size = 0;
  const written = pipeline(tar, compressor(), async (compressed: AsyncIterable<Buffer>) => {
    for await (const chunk of compressed) {
      size += chunk.byteLength;
      if (size > archiveLimits.compressedBytes) throw new Unfit('its result is larger than 256 MB, compressed');
      chunks.push(chunk);
    }
  });
  const filled = fill(tar, directory, { left, gone }, hidden).catch((error: unknown) => {
    tar.destroy(error instanceof Error ? error : new Error(String(error)));
    throw error;
  });
  const [filling, writing] = await Promise.allSettled([filled, written]);
  const failures = [filling, writing].flatMap((end) => (end.status === 'rejected' ? [end.reason as unknown] : []));
  const unfit = failures.find((failure) => failure instanceof Unfit);
  if (unfit) return { kind: 'unfit', why: unfit.message };
  if (failures.length > 0) throw failures[0];
  const archive = Buffer.concat(chunks);
  return { kind: 'packed', archive, sha256: createHash('sha256').update(archive).digest('hex') };
}

class Unfit extends Error {}

async function fill(tar: Pack, directory: string, { left, gone }: Changes, hidden: readonly Buffer[]): Promise<void> {
  await add(tar, { name: headName }, Buffer.from(JSON.stringify({ version: 1, gone })));
  let content = 0;
  for (const path of left) {
    const place = join(directory, path);
    const stat = lstatSync(place, { bigint: true });
    const header = {
      name: filesPrefix + path,
      mode: Number(stat.mode & 0o7777n),
      // The header itself holds whole seconds.
      pax: { mtime: `${stat.mtimeNs / 1_000_000_000n}.${String(stat.mtimeNs % 1_000_000_000n).padStart(9, '0')}` },
    };
    if (stat.isDirectory()) await add(tar, { ...header, type: 'directory' });
    else if (stat.isSymbolicLink()) {
      const linkname = readlinkSync(place);
      if (!leadsInside(path, linkname)) throw new Unfit(`"${path}" is a link that leads out of the workspace`);
      await add(tar, { ...header, type: 'symlink', linkname });
    } else if (stat.isFile()) {
      content += Number(stat.size);
      if (content > archiveLimits.contentBytes) throw new Unfit('its result is larger than 2 GB');
      const bytes = readFileSync(place);
      if (hidden.some((secret) => bytes.includes(secret))) throw new Unfit(`a secret of the build lies in "${path}"`);
      if (isBound(bytes, directory)) throw new Unfit(`"${path}" runs a program by the path of this workspace`);
      await add(tar, header, bytes);
    } else throw new Unfit(`"${path}" is neither a file, a directory nor a link`);
  }
  tar.finalize();
}

/** The scripts of a Python environment, say, begin with the path of its interpreter: elsewhere they do not start. */
function isBound(bytes: Buffer, directory: string): boolean {
  if (bytes[0] !== 0x23 || bytes[1] !== 0x21) return false;
  const end = bytes.indexOf(0x0a);
  return bytes.subarray(0, end === -1 ? 512 : end).includes(directory);
}

function add(tar: Pack, header: ArchiveHeader, content?: Buffer): Promise<void> {
  return new Promise((resolve, reject) => {
    const done = (error?: Error | null): void => (error ? reject(error) : resolve());
    if (content === undefined) tar.entry(header, done);
    else tar.entry(header, content, done);
  });
}
