import { createHash } from 'node:crypto';
import type { BaseImage } from './find-base.ts';
import { type Descriptor, mediaTypes } from './image-documents.ts';
import type { Layer } from './write-layer.ts';

export interface ImageParts {
  readonly base: BaseImage;
  readonly layer: Pick<Layer, 'digest' | 'diffId' | 'size'>;
  /** Program and arguments. */
  readonly command: readonly string[];
  readonly port: number;
  readonly service: string;
  /** The git tree that was built. */
  readonly tree: string;
  /** Where the layer's files lie, such as `/app`. */
  readonly directory: string;
}

export interface ComposedImage {
  readonly config: Uint8Array;
  readonly configDigest: string;
  readonly manifest: Uint8Array;
  /** `sha256:…` of the manifest: what names the image. */
  readonly digest: string;
  /** Bytes of all its blobs. */
  readonly size: number;
}

/** Whatever the clock says: another time would be another image. */
const CREATED = '1970-01-01T00:00:00Z';

/**
 * The documents of an image: the base's configuration with ours over it. The program is that of the command alone; an
 * entrypoint of the base would run something else before it. The label says the tree, not the commit: commits of one
 * tree share the image.
 */
export function composeImage({ base, layer, command, port, service, tree, directory }: ImageParts): ComposedImage {
  const own = base.config.config ?? {};
  const { Entrypoint: _entrypoint, OnBuild: _onBuild, ...kept } = own;
  const config = json({
    ...base.config,
    created: CREATED,
    config: {
      ...kept,
      Env: [...(own.Env ?? []).filter((each) => !each.startsWith('PORT=')), `PORT=${port}`],
      Cmd: command,
      WorkingDir: directory,
      ExposedPorts: { [`${port}/tcp`]: {} },
      Labels: {
        ...(own['Labels'] as Record<string, string> | undefined),
        'org.opencontainers.image.title': service,
        'org.opencontainers.image.revision': tree,
        'org.opencontainers.image.base.digest': base.digest,
      },
    },
    rootfs: { type: 'layers', diff_ids: [...base.config.rootfs.diff_ids, layer.diffId] },
    history: [
      ...(base.config.history ?? []),
      { created: CREATED, created_by: `artifact of ${service} at ${directory}` },
    ],
  });
  const configDescriptor: Descriptor = {
    mediaType: mediaTypes.config,
    digest: digestOf(config),
    size: config.byteLength,
  };
  const layers = [...base.layers, { mediaType: mediaTypes.layer, digest: layer.digest, size: layer.size }];
  const manifest = json({ schemaVersion: 2, mediaType: mediaTypes.manifest, config: configDescriptor, layers });
  return {
    config,
    configDigest: configDescriptor.digest,
    manifest,
    digest: digestOf(manifest),
    size: [configDescriptor, ...layers].reduce((sum, { size }) => sum + size, 0),
  };
}

function json(value: unknown): Uint8Array {
  return Buffer.from(JSON.stringify(value));
}

function digestOf(bytes: Uint8Array): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}
