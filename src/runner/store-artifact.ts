import { createHash } from 'node:crypto';
import type { BuildPlan } from '#schemas/workflows/build-plan.ts';
import { ArtifactNotStored } from './artifact-not-stored.ts';
import type { BlobStore } from './blob-store.ts';
import type { Registry } from './image/registry-client.ts';
import { storeImage } from './image/store-image.ts';
import { lambdaStartFiles } from './lambda-start-files.ts';
import type { RunnerLog } from './log.ts';
import { reproducibleZip } from './zip.ts';

export interface StoredArtifact {
  /** Of the zip in the blob store; or the image's name, `<registry>/<repository>@sha256:<digest>`. */
  readonly key: string;
  /** SHA-256 of the zip, or of the image's manifest, hexadecimal. */
  readonly digest: string;
  /** Bytes: of the zip, or of all that the image is made of. */
  readonly size: number;
}

interface StoreDeps {
  readonly blobs: BlobStore;
  readonly openRegistry: () => Promise<Registry>;
  readonly log: RunnerLog;
}

/**
 * Stores what `bundle` left, in the format that the plan asks for.
 *
 * @throws ArtifactNotStored, RunnerFailure
 */
export async function storeArtifact(deps: StoreDeps, output: string, plan: BuildPlan): Promise<StoredArtifact> {
  return plan.artifact.format === 'image'
    ? storeImage(deps, output, plan, plan.artifact)
    : storeZip(deps.blobs, output, plan.artifactPrefix);
}

/**
 * Zips the directory and stores it under its own digest; the same content is stored once.
 *
 * @throws ArtifactNotStored when the store does not take it
 * @throws RunnerFailure when there is nothing to zip
 */
async function storeZip(blobs: BlobStore, directory: string, prefix: string): Promise<StoredArtifact> {
  const zip = await reproducibleZip(directory, await lambdaStartFiles());
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
