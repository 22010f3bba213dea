import { randomBytes } from 'node:crypto';
import { closeSync, mkdirSync, openSync, read, readdirSync, rmSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** One file of an object's body; a multipart object has one for each part. */
export interface Segment {
  readonly file: string;
  readonly size: number;
}

/**
 * Bodies on disk under random names, so that no key can reach outside the directory or collide with another. A file
 * is written whole before a row names it and never changes after; a process that dies between leaves a file that no
 * row names, which `sweep` removes at the next boot.
 */
export interface BlobFiles {
  write(body: Uint8Array): Promise<Segment>;
  /**
   * Opens the files at once, in the caller's turn of the event loop: whoever deletes the object afterwards unlinks
   * names, not the open files. `start` and `length` in bytes.
   */
  read(segments: readonly Segment[], start: number, length: number): Promise<Uint8Array>;
  remove(segments: readonly Segment[]): Promise<void>;
  sweep(inUse: ReadonlySet<string>): void;
}

const readAt = promisify(read);

export function openBlobFiles(directory: string): BlobFiles {
  mkdirSync(directory, { recursive: true });
  return {
    async write(body) {
      const file = randomBytes(16).toString('hex');
      await writeFile(join(directory, file), body, { flag: 'wx' });
      return { file, size: body.byteLength };
    },
    async read(segments, start, length) {
      const target = Buffer.alloc(length);
      const slices = overlapping(segments, start, length);
      const open: number[] = [];
      try {
        for (const slice of slices) open.push(openSync(join(directory, slice.file), 'r'));
        for (const [index, slice] of slices.entries()) {
          await readWhole(open[index] ?? -1, target, slice);
        }
      } finally {
        for (const descriptor of open) closeSync(descriptor);
      }
      return target;
    },
    async remove(segments) {
      for (const { file } of segments) await rm(join(directory, file), { force: true });
    },
    sweep(inUse) {
      for (const file of readdirSync(directory)) if (!inUse.has(file)) rmSync(join(directory, file));
    },
  };
}

interface Slice {
  readonly file: string;
  readonly from: number;
  readonly length: number;
  readonly targetOffset: number;
}

function overlapping(segments: readonly Segment[], start: number, length: number): Slice[] {
  const slices: Slice[] = [];
  let offset = 0;
  for (const { file, size } of segments) {
    const from = Math.max(start - offset, 0);
    const to = Math.min(start + length - offset, size);
    if (to > from) slices.push({ file, from, length: to - from, targetOffset: offset + from - start });
    offset += size;
  }
  return slices;
}

async function readWhole(descriptor: number, target: Buffer, slice: Slice): Promise<void> {
  for (let done = 0; done < slice.length;) {
    const { bytesRead } = await readAt(
      descriptor,
      target,
      slice.targetOffset + done,
      slice.length - done,
      slice.from + done,
    );
    if (bytesRead === 0) throw new Error(`The file ${slice.file} of an object is shorter than its record says.`);
    done += bytesRead;
  }
}
