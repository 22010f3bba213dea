import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { RunnerFailure } from '../runner-failure.ts';
import {
  type Descriptor,
  type ImageConfig,
  imageConfig,
  imageIndex,
  imageManifest,
  indexTypes,
  ociLayerType,
} from './image-documents.ts';
import type { ReadManifest, Registry } from './registry-client.ts';

export interface BaseImage {
  readonly repository: string;
  /** Of the manifest for the platform. */
  readonly digest: string;
  readonly config: ImageConfig;
  /** In OCI's media types, lowest first. */
  readonly layers: readonly Descriptor[];
}

interface Wanted {
  /** `<repository>:<tag>` or `<repository>@sha256:<digest>`. */
  readonly base: string;
  /** Such as `linux/arm64`. */
  readonly platform: string;
}

/**
 * Finds the base image for one platform.
 *
 * @param directory for temporary files
 * @throws RunnerFailure when the registry has no such image, or one that nothing can be laid upon
 * @throws RegistryError
 */
export async function findBase(registry: Registry, { base, platform }: Wanted, directory: string): Promise<BaseImage> {
  const [, repository = '', tag, digest] = /^([^:@]+)(?::([^@]+))?(?:@(.+))?$/.exec(base) ?? [];
  const named = await registry.readManifest(repository, digest ?? tag ?? 'latest');
  if (!named) throw new RunnerFailure(`the base image ${base} is not in the registry`);
  const manifest = indexTypes.includes(named.mediaType)
    ? await ofPlatform(registry, repository, named, { base, platform })
    : named;
  const { config: described, layers } = readJson(imageManifest, manifest.bytes, `the base image ${base}`);

  const file = join(directory, 'base-config');
  await registry.download(repository, described.digest, file);
  const config = readJson(imageConfig, await readFile(file), `the configuration of ${base}`);
  await rm(file);
  if (`${config.os}/${config.architecture}` !== platform) {
    throw new RunnerFailure(`the base image ${base} is for ${config.os}/${config.architecture}, not for ${platform}`);
  }
  return {
    repository,
    digest: manifest.digest,
    config,
    layers: layers.map((layer) => {
      const mediaType = ociLayerType(layer.mediaType);
      if (mediaType === undefined) {
        throw new RunnerFailure(
          `the base image ${base} has a layer of the type ${layer.mediaType}, which cannot be copied`,
        );
      }
      return { mediaType, digest: layer.digest, size: layer.size };
    }),
  };
}

async function ofPlatform(
  registry: Registry,
  repository: string,
  { bytes }: ReadManifest,
  { base, platform }: Wanted,
): Promise<ReadManifest> {
  const { manifests } = readJson(imageIndex, bytes, `the base image ${base}`);
  const nameOf = ({ platform: has }: (typeof manifests)[number]) => has && `${has.os}/${has.architecture}`;
  const chosen = manifests.find((each) => nameOf(each) === platform);
  if (!chosen) {
    const offered = manifests.map(nameOf).filter((name) => name !== undefined && !name.startsWith('unknown'));
    throw new RunnerFailure(`the base image ${base} is not made for ${platform}; it is for ${offered.join(', ')}`);
  }
  const manifest = await registry.readManifest(repository, chosen.digest);
  if (!manifest) throw new RunnerFailure(`the base image ${base} names ${chosen.digest}, which is not in the registry`);
  return manifest;
}

/** The bytes are those that the registry names by their digest, so what is wrong with them is the image's own fault. */
function readJson<T>(shape: { safeParse(value: unknown): { data?: T } }, bytes: Uint8Array, what: string): T {
  const { data } = shape.safeParse(jsonIn(bytes));
  if (data === undefined) throw new RunnerFailure(`${what} is not an image that this version can read`);
  return data;
}

function jsonIn(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(bytes).toString('utf8'));
  } catch {
    return undefined;
  }
}
