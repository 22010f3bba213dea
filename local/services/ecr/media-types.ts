const OCI_MANIFEST = 'application/vnd.oci.image.manifest.v1+json';
const OCI_INDEX = 'application/vnd.oci.image.index.v1+json';
const DOCKER_MANIFEST = 'application/vnd.docker.distribution.manifest.v2+json';
const DOCKER_LIST = 'application/vnd.docker.distribution.manifest.list.v2+json';

export const mediaTypes = {
  manifest: OCI_MANIFEST,
  index: OCI_INDEX,
  config: 'application/vnd.oci.image.config.v1+json',
  layer: 'application/vnd.oci.image.layer.v1.tar+gzip',
} as const;

export const manifestTypes: readonly string[] = [OCI_MANIFEST, DOCKER_MANIFEST];
export const indexTypes: readonly string[] = [OCI_INDEX, DOCKER_LIST];
