import { createHash } from 'node:crypto';
import type { BlobStore } from './blob-store.ts';
import { RunnerFailure } from './runner-failure.ts';
import { reproducibleZip } from './zip.ts';

export interface StoredArtifact {
  readonly key: string;
  /** SHA-256 of the zip, hexadecimal. */
  readonly digest: string;
  /** Bytes. */
  readonly size: number;
}

/** The store did not take the artifact: no fault of what was built. */
export class ArtifactNotStored extends RunnerFailure {
  readonly code = 'artifact_upload_failed';
}

/**
 * Zips the directory and stores it under its own digest; the same content is stored once.
 *
 * @throws ArtifactNotStored when the store does not take it
 * @throws RunnerFailure when there is nothing to zip
 */
export async function storeArtifact(blobs: BlobStore, directory: string, prefix: string): Promise<StoredArtifact> {
  const zip = await reproducibleZip(directory);
  const digest = createHash('sha256').update(zip).digest('hex');
  const key = `${prefix}${digest}.zip`;
  try {
    await blobs.putIfAbsent(key, zip, 'application/zip');
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new ArtifactNotStored(`artifact_upload_failed: ${key}: ${reason}`, { cause: error });
  }
  return { key, digest, size: zip.byteLength };
}
