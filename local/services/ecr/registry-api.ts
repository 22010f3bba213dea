import { ServiceFault, type WireRequest, type WireResponse } from '#local/gateway/wire.ts';
import { blobRoutes } from './blob-routes.ts';
import { manifestRoutes } from './manifest-routes.ts';
import { answer, refuse, registryFault } from './registry-answer.ts';
import type { RegistryParts } from './registry-parts.ts';
import { isRepositoryName } from './repository-name.ts';

/** The registry API of the OCI distribution specification, under `/v2/`. */
export function registryApi(parts: RegistryParts) {
  const blobs = blobRoutes(parts);
  const manifests = manifestRoutes(parts);

  return async (request: WireRequest): Promise<WireResponse> => {
    if (!parts.tokens.isGood(request.headers['authorization'])) return unauthorized(parts.address());
    const path = decoded(request.path);
    if (path === '/v2' || path === '/v2/') return answer(200, { 'content-type': 'application/json' }, '{}');

    // A name may hold slashes, and these words: what stands last is the kind.
    const [, repository = '', kind, rest = ''] = /^\/v2\/(.+)\/(blobs|manifests|tags)\/(.+)$/.exec(path) ?? [];
    if (kind === undefined)
      refuse(404, 'UNSUPPORTED', `The local registry has nothing at ${path}. See its behaviour.md.`);
    if (!isRepositoryName(repository)) refuse(400, 'NAME_INVALID', `"${repository}" is no name of a repository.`);
    if (kind === 'blobs') return blobs(request, repository, rest);
    if (kind === 'manifests') return manifests.one(request, repository, rest);
    if (kind === 'tags' && rest === 'list' && request.method === 'GET') return manifests.tags(request, repository);
    return refuse(404, 'UNSUPPORTED', `The local registry has no ${request.method} of ${path}. See its behaviour.md.`);
  };
}

function unauthorized(address: string): WireResponse {
  const fault = registryFault(new ServiceFault('UNAUTHORIZED', 'Not Authorized', { status: 401 }));
  return {
    ...fault,
    headers: { ...fault.headers, 'www-authenticate': `Basic realm="${address}/",service="ecr.amazonaws.com"` },
  };
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return refuse(400, 'NAME_INVALID', 'The path is not properly encoded.');
  }
}
