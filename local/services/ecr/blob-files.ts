import { createHash, randomUUID } from 'node:crypto';
import { appendFileSync, createReadStream, existsSync, mkdirSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { digestOf } from './image-digest.ts';

export type BlobFiles = ReturnType<typeof openBlobFiles>;

/** Blobs as files named by their digest, shared by all repositories, and uploads as files that grow. */
export function openBlobFiles(directory: string) {
  const blobPath = (digest: string): string => join(directory, 'blobs', digest.replace(':', '-'));
  const uploadPath = (id: string): string => join(directory, 'uploads', id);
  for (const each of ['blobs', 'uploads']) mkdirSync(join(directory, each), { recursive: true });

  return {
    read: (digest: string): Readable => createReadStream(blobPath(digest)),
    /** @param end the last byte, included */
    async readRange(digest: string, start: number, end: number): Promise<Uint8Array> {
      const file = await open(blobPath(digest));
      try {
        const bytes = Buffer.alloc(end - start + 1);
        const { bytesRead } = await file.read(bytes, 0, bytes.byteLength, start);
        return bytes.subarray(0, bytesRead);
      } finally {
        await file.close();
      }
    },
    /** Stores bytes at hand, and names them. */
    write(bytes: Uint8Array): string {
      const digest = digestOf(bytes);
      if (existsSync(blobPath(digest))) return digest;
      const path = uploadPath(randomUUID());
      writeFileSync(path, bytes);
      // At its place it is there whole or not at all.
      renameSync(path, blobPath(digest));
      return digest;
    },
    beginUpload(id: string): void {
      writeFileSync(uploadPath(id), '');
    },
    /** Bytes that an upload has so far; the file is the one truth of it, whatever moment the host was killed at. */
    uploadedBytes: (id: string): number | undefined => statSync(uploadPath(id), { throwIfNoEntry: false })?.size,
    /** In one go, so that no other request comes between a look at the size and the bytes. */
    append: (id: string, bytes: Uint8Array): void => appendFileSync(uploadPath(id), bytes),
    async digestOfUpload(id: string): Promise<string> {
      const hash = createHash('sha256');
      for await (const chunk of createReadStream(uploadPath(id)) as AsyncIterable<Buffer>) hash.update(chunk);
      return `sha256:${hash.digest('hex')}`;
    },
    keepUpload: (id: string, digest: string): Promise<void> => rename(uploadPath(id), blobPath(digest)),
    dropUpload: (id: string): Promise<void> => rm(uploadPath(id), { force: true }),
  };
}
