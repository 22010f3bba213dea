import * as z from 'zod';
import type { Operation } from '#local/gateway/json-service.ts';
import { parseInput } from '#local/gateway/parse-input.ts';
import { ServiceFault } from '#local/gateway/wire.ts';
import { imageManifest } from './image-documents.ts';
import { DIGEST } from './image-digest.ts';
import { manifestTypes } from './media-types.ts';
import { REGISTRY_ID, type RegistryStore, type StoredManifest } from './registry-store.ts';
import { repositoryName } from './repository-name.ts';

const imageId = z.strictObject({
  imageDigest: z.string().regex(DIGEST, 'must be sha256: and 64 digits').optional(),
  imageTag: z.string().min(1).max(300).optional(),
});
type ImageId = z.infer<typeof imageId>;

const ofRepository = { registryId: z.literal(REGISTRY_ID).optional(), repositoryName };
const imageIds = z.array(imageId).min(1).max(100);
const tagStatus = z.strictObject({ tagStatus: z.enum(['TAGGED', 'UNTAGGED', 'ANY']).optional() }).prefault({});
// All fit on one page here, so a token can only have come from somewhere else.
const maxResults = z.int().min(1).max(1000).optional();

/** The operations on images. Pushing one goes through `/v2/`. */
export function imageOperations(registry: RegistryStore): Record<string, Operation> {
  const found = (repository: string, { imageDigest, imageTag }: ImageId): StoredManifest | undefined => {
    const manifest = registry.manifest(repository, imageTag ?? imageDigest ?? '');
    return imageDigest === undefined || manifest?.digest === imageDigest ? manifest : undefined;
  };

  return {
    BatchGetImage(input) {
      const { repositoryName: name, imageIds: ids } = read(
        z.strictObject({ ...ofRepository, imageIds, acceptedMediaTypes: z.array(z.string()).optional() }),
        input,
      );
      registry.require(name);
      const images = ids.flatMap((id) => {
        const manifest = found(name, id);
        return manifest ? [{ id, manifest }] : [];
      });
      return {
        images: images.map(({ id, manifest }) => ({
          registryId: REGISTRY_ID,
          repositoryName: name,
          imageId: { imageDigest: manifest.digest, ...(id.imageTag !== undefined && { imageTag: id.imageTag }) },
          imageManifest: Buffer.from(manifest.bytes).toString('utf8'),
          imageManifestMediaType: manifest.mediaType,
        })),
        failures: ids.filter((id) => !found(name, id)).map(notFound),
      };
    },
    DescribeImages(input) {
      const { repositoryName: name, ...asked } = read(
        z.strictObject({ ...ofRepository, imageIds: imageIds.optional(), filter: tagStatus, maxResults }),
        input,
      );
      registry.require(name);
      const images = asked.imageIds?.map((id) => found(name, id) ?? noImage(name, id)) ?? registry.manifests(name);
      const details = images.map((each) => detailOf(each, registry.tagsOf(name, each.digest)));
      return { imageDetails: details.filter(({ imageTags }) => hasStatus(imageTags, asked.filter.tagStatus)) };
    },
    ListImages(input) {
      const { repositoryName: name, filter } = read(
        z.strictObject({ ...ofRepository, filter: tagStatus, maxResults }),
        input,
      );
      registry.require(name);
      const ids = registry.manifests(name).flatMap(({ digest }): ImageId[] => {
        const tags = registry.tagsOf(name, digest);
        if (!hasStatus(tags, filter.tagStatus)) return [];
        return tags.length > 0
          ? tags.map((imageTag) => ({ imageDigest: digest, imageTag }))
          : [{ imageDigest: digest }];
      });
      return { imageIds: ids };
    },
    BatchDeleteImage(input) {
      const { repositoryName: name, imageIds: ids } = read(z.strictObject({ ...ofRepository, imageIds }), input);
      registry.require(name);
      const present = ids.filter((id) => found(name, id));
      const failures = ids.filter((id) => !found(name, id)).map(notFound);
      for (const id of present) {
        if (id.imageTag === undefined) registry.removeManifest(name, id.imageDigest ?? '');
        else removeTagged(registry, name, id.imageTag);
      }
      return { imageIds: present, failures };
    },
  };
}

/** By its last tag an image goes itself, as in ECR. */
function removeTagged(registry: RegistryStore, repository: string, tag: string): void {
  const digest = registry.manifest(repository, tag)?.digest;
  registry.removeTag(repository, tag);
  if (digest !== undefined && registry.tagsOf(repository, digest).length === 0) {
    registry.removeManifest(repository, digest);
  }
}

function read<Schema extends z.ZodType>(schema: Schema, input: unknown): z.output<Schema> {
  return parseInput(schema, input, 'InvalidParameterException');
}

function hasStatus(tags: readonly string[], wanted: 'TAGGED' | 'UNTAGGED' | 'ANY' = 'ANY'): boolean {
  return wanted === 'ANY' || (wanted === 'TAGGED') === tags.length > 0;
}

function detailOf({ repository, digest, mediaType, bytes, pushedMs }: StoredManifest, imageTags: readonly string[]) {
  const image = manifestTypes.includes(mediaType)
    ? imageManifest.parse(JSON.parse(Buffer.from(bytes).toString('utf8')))
    : undefined;
  return {
    registryId: REGISTRY_ID,
    repositoryName: repository,
    imageDigest: digest,
    imageTags,
    ...(image && {
      imageSizeInBytes: image.layers.reduce((sum, { size }) => sum + size, 0),
      artifactMediaType: image.config.mediaType,
    }),
    imagePushedAt: pushedMs / 1000,
    imageManifestMediaType: mediaType,
  };
}

function notFound(id: ImageId) {
  if (id.imageDigest === undefined && id.imageTag === undefined) {
    return {
      imageId: id,
      failureCode: 'MissingDigestAndTag',
      failureReason: 'The image has neither a digest nor a tag.',
    };
  }
  return { imageId: id, failureCode: 'ImageNotFound', failureReason: 'Requested image not found' };
}

function noImage(repository: string, { imageDigest, imageTag }: ImageId): never {
  throw new ServiceFault(
    'ImageNotFoundException',
    `The image with imageId {imageDigest:'${imageDigest ?? 'null'}', imageTag:'${imageTag ?? 'null'}'} does not exist within the repository with name '${repository}' in the registry with id '${REGISTRY_ID}'`,
  );
}
