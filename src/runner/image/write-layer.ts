import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { Gzip } from 'fflate';
import { type Header, pack, type Pack } from 'tar-stream';
import { listTree, type TreeEntry } from './list-tree.ts';

export interface Layer {
  readonly path: string;
  /** `sha256:…` of the compressed bytes. */
  readonly digest: string;
  /** `sha256:…` of the tar itself, as configurations list it. */
  readonly diffId: string;
  readonly size: number;
}

/** fflate's output depends on how its input is cut, and a stream of files is cut anyhow. */
const BLOCK_BYTES = 64 * 1024;

/**
 * Writes a directory as one layer that depends on nothing but names, contents and the owner's executable bits: sorted,
 * owned by root, times 0, modes 755 and 644. Compressed by fflate, whose bytes do not change with the host's zlib. What
 * is in memory does not grow with the directory.
 *
 * @param place where the directory lies in the image, such as `app`
 * @throws RunnerFailure when the directory cannot be a layer
 */
export async function writeLayer(directory: string, place: string, path: string): Promise<Layer> {
  const entries = await listTree(directory);
  const tar = pack();
  const packed = packAll(tar, entries, place);
  // Its failure reaches the loop below as the stream's.
  packed.catch((error: unknown) => tar.destroy(error instanceof Error ? error : new Error(String(error))));

  const file = await open(path, 'wx');
  try {
    const plain = createHash('sha256');
    const compressed = createHash('sha256');
    let ready: Uint8Array[] = [];
    let size = 0;
    const gzip = new Gzip({ level: 6, mtime: 0 }, (chunk) => ready.push(chunk));
    const flush = async (): Promise<void> => {
      for (const chunk of ready) {
        compressed.update(chunk);
        size += chunk.byteLength;
        await file.write(chunk);
      }
      ready = [];
    };
    for await (const block of inBlocks(tar as AsyncIterable<Uint8Array>, BLOCK_BYTES)) {
      plain.update(block);
      gzip.push(block);
      await flush();
    }
    gzip.push(new Uint8Array(), true);
    await flush();
    await packed;
    return { path, digest: `sha256:${compressed.digest('hex')}`, diffId: `sha256:${plain.digest('hex')}`, size };
  } finally {
    await file.close();
  }
}

async function packAll(tar: Pack, entries: readonly TreeEntry[], place: string): Promise<void> {
  const add = (header: Partial<Header> & Pick<Header, 'name'>): void => void tar.entry({ ...header, ...sameForAll });
  add({ name: place, type: 'directory', mode: 0o755 });
  for (const entry of entries) {
    const name = `${place}/${entry.name}`;
    switch (entry.kind) {
      case 'directory':
        add({ name, type: 'directory', mode: 0o755 });
        break;
      case 'symlink':
        add({ name, type: 'symlink', linkname: entry.target, mode: 0o777 });
        break;
      case 'file': {
        const { path, size, executable } = entry;
        const header = { name, type: 'file' as const, size, mode: executable ? 0o755 : 0o644, ...sameForAll };
        await pipeline(createReadStream(path), tar.entry(header));
      }
    }
  }
  tar.finalize();
}

const sameForAll = { uid: 0, gid: 0, uname: '', gname: '', mtime: new Date(0) } as const;

async function* inBlocks(chunks: AsyncIterable<Uint8Array>, size: number): AsyncIterable<Uint8Array> {
  const block = new Uint8Array(size);
  let filled = 0;
  for await (const chunk of chunks) {
    for (let at = 0; at < chunk.byteLength;) {
      const part = chunk.subarray(at, at + size - filled);
      block.set(part, filled);
      filled += part.byteLength;
      at += part.byteLength;
      if (filled < size) continue;
      yield block.slice();
      filled = 0;
    }
  }
  if (filled > 0) yield block.slice(0, filled);
}
