import type { HostClock } from '#local/clock.ts';
import { buildBaseImage, whatIsPlayed } from './base-image.ts';
import type { BlobFiles } from './blob-files.ts';
import { DIGEST, digestOf } from './image-digest.ts';
import { refuse } from './registry-answer.ts';
import type { RegistrySettings } from './registry-settings.ts';
import type { RegistryStore, StoredManifest } from './registry-store.ts';

/**
 * Looks for an image upstream, and keeps what it finds.
 *
 * @returns `undefined` where no rule covers the repository
 * @throws ServiceFault `MANIFEST_UNKNOWN` that says what there is
 */
export type PullThrough = (repository: string, reference: string) => Promise<StoredManifest | undefined>;

interface Parts {
  readonly registry: RegistryStore;
  readonly files: BlobFiles;
  readonly settings: RegistrySettings;
  readonly clock: HostClock;
}

export function createPullThrough({ registry, files, settings, clock }: Parts): PullThrough {
  return async (repository, reference) => {
    const upstream = settings.upstreamOf(repository);
    if (upstream === undefined) return undefined;
    const image = DIGEST.test(reference) ? undefined : await buildBaseImage(upstream, reference);
    if (!image) {
      refuse(
        404,
        'MANIFEST_UNKNOWN',
        `The local registry has no public.ecr.aws/${upstream} ${reference}: it reaches no network and makes base images itself, ` +
          `${whatIsPlayed}, by tag.`,
      );
    }
    // A second pull at the same moment finds it there already.
    if (!registry.find(repository)) {
      registry.create({ name: repository, createdMs: clock.now(), mutability: 'MUTABLE', scanOnPush: false });
    }
    for (const blob of image.blobs) registry.addBlob(repository, files.write(blob), blob.byteLength);
    for (const { mediaType, bytes } of image.manifests) {
      const last = bytes === image.manifests.at(-1)?.bytes;
      const manifest = { repository, digest: digestOf(bytes), mediaType, bytes, pushedMs: clock.now() };
      registry.putManifest(manifest, last ? reference : undefined);
    }
    return registry.manifest(repository, reference);
  };
}
