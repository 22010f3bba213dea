import { registryShape } from '#schemas/registry.ts';

/**
 * Every name in the registry of images.
 *
 * `repositories` is `<registry>/<prefix>`, beneath which each service has one repository.
 */
export const imageNames = {
  /** `<registry>/<prefix>/<service>`. */
  repository: (repositories: string, service: string) => `${repositories}/${service}`,
  /** @param digest SHA-256 of the image's manifest in hexadecimal */
  image: (repositories: string, service: string, digest: string) => `${repositories}/${service}@sha256:${digest}`,
  registry: (repositories: string) => repositories.slice(0, repositories.indexOf('/')),
  /** What a name is within its registry. */
  withinRegistry: (name: string) => name.slice(name.indexOf('/') + 1),
  /** Where the registry keeps its copy of a public base image. */
  base: (baseImage: string) => `${registryShape.basePrefix}/${baseImage.slice(registryShape.upstream.length + 1)}`,
} as const;
