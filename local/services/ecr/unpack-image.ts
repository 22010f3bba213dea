import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import type { BlobFiles } from './blob-files.ts';
import { ServiceFault } from '#local/gateway/wire.ts';
import { imageConfiguration, imageIndex, imageManifest, type ImageManifest } from './image-documents.ts';
import { ImageNotUsable } from './image-not-usable.ts';
import { indexTypes } from './media-types.ts';
import type { PullThrough } from './pull-through.ts';
import { REGISTRY_HOST, type RegistryStore, type StoredManifest } from './registry-store.ts';
import { unpackLayer } from './unpack-layer.ts';

/** How the program of an image is started, from its configuration. */
export interface ImageConfig {
  /** Of the image's own manifest, also where it was named by a tag or through an index. */
  readonly digest: string;
  readonly entrypoint: readonly string[];
  readonly cmd: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Absolute, within the image. */
  readonly workingDir: string;
}

interface Parts {
  readonly registry: RegistryStore;
  readonly files: BlobFiles;
  readonly pullThrough: PullThrough;
}

const architecture = process.arch === 'x64' ? 'amd64' : process.arch;

/** What the local ECS asks of the registry, past the sockets. */
export function imageReader({ registry, files, pullThrough }: Parts) {
  const find = async (name: string): Promise<ImageManifest & { readonly digest: string }> => {
    const { repository, reference } = partsOf(name);
    const absent = (why = `${name} is not in the local registry.`): never => {
      throw new ImageNotUsable(`CannotPullContainerError: ${why}`);
    };
    const pulled = () =>
      pullThrough(repository, reference).catch((error: unknown) => {
        if (error instanceof ServiceFault) return absent(error.message);
        throw error;
      });
    const stored = registry.manifest(repository, reference) ?? (await pulled()) ?? absent();
    const own = indexTypes.includes(stored.mediaType) ? ofThisHost(registry, stored) : stored;
    if (!own) return absent();
    return { ...imageManifest.parse(json(own.bytes)), digest: own.digest };
  };
  const configOf = async ({ config, digest }: ImageManifest & { readonly digest: string }): Promise<ImageConfig> => {
    const chunks: Uint8Array[] = [];
    for await (const chunk of files.read(config.digest) as AsyncIterable<Uint8Array>) chunks.push(chunk);
    const { Entrypoint, Cmd, Env, WorkingDir } = imageConfiguration.parse(json(Buffer.concat(chunks))).config ?? {};
    return {
      digest,
      entrypoint: Entrypoint ?? [],
      cmd: Cmd ?? [],
      env: Object.fromEntries((Env ?? []).map(variable)),
      workingDir: WorkingDir || '/',
    };
  };

  return {
    /**
     * @param name `<registry>/<repository>` with `:<tag>` or `@sha256:<digest>`
     * @throws ImageNotUsable
     */
    describeImage: async (name: string): Promise<ImageConfig> => configOf(await find(name)),
    /**
     * Lays all layers of an image into a directory, which is there afterwards whole or not at all. One that is there
     * already is left as it is, so that the tasks of one image can share it.
     *
     * @param directory named by the image's digest; its parent is made
     * @throws ImageNotUsable
     */
    async unpackImage(name: string, directory: string): Promise<ImageConfig> {
      const image = await find(name);
      const config = await configOf(image);
      if (existsSync(directory)) return config;
      const partial = `${directory}.${randomUUID()}.partial`;
      await mkdir(partial, { recursive: true });
      try {
        for (const layer of image.layers) await unpackLayer(files.read(layer.digest), layer.mediaType, partial);
        await rename(partial, directory).catch((error: NodeJS.ErrnoException) => {
          // Another task of the same image was faster.
          if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error;
        });
      } finally {
        await rm(partial, { recursive: true, force: true });
      }
      return config;
    },
  };
}

function partsOf(name: string) {
  const [, host, repository = '', tag, digest] =
    /^([^/]+)\/([^:@]+)(?::([\w][\w.-]*))?(?:@(sha256:[0-9a-f]{64}))?$/.exec(name) ?? [];
  if (host !== REGISTRY_HOST) {
    throw new ImageNotUsable(
      `CannotPullContainerError: ${name} lies in no registry that the local host reaches. Push it to ${REGISTRY_HOST}, ` +
        'or name a base image as ecr-public/… in it.',
    );
  }
  return { repository, reference: digest ?? tag ?? 'latest' };
}

/** Of several platforms that of this host, or else the first for Linux: what runs is the host's program anyway. */
function ofThisHost(registry: RegistryStore, index: StoredManifest): StoredManifest | undefined {
  const images = imageIndex.parse(json(index.bytes)).manifests.filter(({ platform }) => platform?.os === 'linux');
  const chosen = images.find(({ platform }) => platform?.architecture === architecture) ?? images[0];
  return chosen && registry.manifest(index.repository, chosen.digest);
}

function variable(text: string): readonly [string, string] {
  const equals = text.indexOf('=');
  return equals < 0 ? [text, ''] : [text.slice(0, equals), text.slice(equals + 1)];
}

function json(bytes: Uint8Array): unknown {
  return JSON.parse(Buffer.from(bytes).toString('utf8'));
}
