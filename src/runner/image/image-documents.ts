import * as z from 'zod';

const OCI_MANIFEST = 'application/vnd.oci.image.manifest.v1+json';
const OCI_INDEX = 'application/vnd.oci.image.index.v1+json';
const DOCKER_MANIFEST = 'application/vnd.docker.distribution.manifest.v2+json';
const DOCKER_LIST = 'application/vnd.docker.distribution.manifest.list.v2+json';

export const mediaTypes = {
  manifest: OCI_MANIFEST,
  config: 'application/vnd.oci.image.config.v1+json',
  layer: 'application/vnd.oci.image.layer.v1.tar+gzip',
} as const;

/** All that a base image may come as. */
export const manifestAccept = [OCI_INDEX, DOCKER_LIST, OCI_MANIFEST, DOCKER_MANIFEST].join(', ');
export const indexTypes: readonly string[] = [OCI_INDEX, DOCKER_LIST];

/** Docker's names of the same bytes. A layer of any other type is not one that a registry hands on. */
const layerTypes: Readonly<Record<string, string>> = {
  [mediaTypes.layer]: mediaTypes.layer,
  'application/vnd.oci.image.layer.v1.tar': 'application/vnd.oci.image.layer.v1.tar',
  'application/vnd.oci.image.layer.v1.tar+zstd': 'application/vnd.oci.image.layer.v1.tar+zstd',
  'application/vnd.docker.image.rootfs.diff.tar.gzip': mediaTypes.layer,
};

export function ociLayerType(mediaType: string): string | undefined {
  return Object.hasOwn(layerTypes, mediaType) ? layerTypes[mediaType] : undefined;
}

export const descriptor = z.object({
  mediaType: z.string(),
  digest: z.string().regex(/^sha256:[0-9a-f]{64}$/),
  size: z.int().min(0),
});
export type Descriptor = z.infer<typeof descriptor>;

export const imageManifest = z.object({
  schemaVersion: z.literal(2),
  config: descriptor,
  layers: z.array(descriptor),
});

export const imageIndex = z.object({
  schemaVersion: z.literal(2),
  manifests: z.array(
    descriptor.extend({ platform: z.object({ os: z.string(), architecture: z.string() }).optional() }),
  ),
});

/** An image's configuration; what it says beyond this is kept. */
export const imageConfig = z.looseObject({
  os: z.string(),
  architecture: z.string(),
  config: z.looseObject({ Env: z.array(z.string()).nullish() }).nullish(),
  rootfs: z.object({ type: z.literal('layers'), diff_ids: z.array(z.string()) }),
  history: z.array(z.looseObject({})).nullish(),
});
export type ImageConfig = z.infer<typeof imageConfig>;
