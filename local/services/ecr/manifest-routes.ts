import type { WireRequest, WireResponse } from '#local/gateway/wire.ts';
import { imageIndex, imageManifest } from './image-documents.ts';
import { DIGEST, digestOf } from './image-digest.ts';
import { indexTypes, manifestTypes } from './media-types.ts';
import { answer, refuse } from './registry-answer.ts';
import type { RegistryParts } from './registry-parts.ts';
import { REGISTRY_ID } from './registry-store.ts';

const TAG = /^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$/;
const LARGEST_BYTES = 4 * 1024 * 1024;

/** Manifests by tag and digest, and the tags of a repository. */
export function manifestRoutes({ registry, pullThrough, clock }: RegistryParts) {
  const read = async (request: WireRequest, repository: string, reference: string): Promise<WireResponse> => {
    const manifest = registry.manifest(repository, reference) ?? (await pullThrough(repository, reference));
    if (!manifest) {
      const what = registry.find(repository) ? 'MANIFEST_UNKNOWN' : 'NAME_UNKNOWN';
      refuse(404, what, `The repository ${repository} has no image ${reference}.`);
    }
    const headers = { 'content-type': manifest.mediaType, 'docker-content-digest': manifest.digest };
    return request.method === 'HEAD'
      ? answer(200, { ...headers, 'content-length': String(manifest.bytes.byteLength) })
      : answer(200, headers, manifest.bytes);
  };

  const write = (request: WireRequest, name: string, reference: string): WireResponse => {
    const repository = registry.find(name) ?? refuse(404, 'NAME_UNKNOWN', `There is no repository ${name}.`);
    const { body: bytes } = request;
    const digest = digestOf(bytes);
    const tag = DIGEST.test(reference) ? undefined : reference;
    if (tag === undefined && reference !== digest) {
      refuse(400, 'DIGEST_INVALID', `The manifest has the digest ${digest}, not ${reference}.`);
    }
    const mediaType = checked(request, name);
    const tagged = tag === undefined ? undefined : registry.manifest(name, tag);
    if (tagged && tagged.digest !== digest && repository.mutability === 'IMMUTABLE') {
      refuse(
        400,
        'TAG_INVALID',
        `The image tag '${tag}' already exists in the '${name}' repository and cannot be overwritten because the repository is immutable.`,
      );
    }
    registry.putManifest({ repository: name, digest, mediaType, bytes, pushedMs: clock.now() }, tag);
    return answer(201, { location: `/v2/${name}/manifests/${reference}`, 'docker-content-digest': digest });
  };

  /** @returns its media type */
  const checked = ({ headers, body }: WireRequest, name: string): string => {
    const invalid = (why: string): never => refuse(400, 'MANIFEST_INVALID', `The manifest ${why}.`);
    if (body.byteLength > LARGEST_BYTES) invalid(`is over ${LARGEST_BYTES} bytes`);
    const mediaType = (headers['content-type'] ?? '').split(';')[0]?.trim() ?? '';
    const document = json(body) ?? invalid('is not JSON');
    const said = document['mediaType'];
    if (said !== undefined && said !== mediaType) invalid(`says another media type than its request, ${mediaType}`);
    if (manifestTypes.includes(mediaType)) {
      const image = imageManifest.safeParse(document).data ?? invalid('is not one of an image');
      for (const { digest, size } of [image.config, ...image.layers]) {
        const stored = registry.blobSize(name, digest);
        if (stored === undefined) refuse(400, 'MANIFEST_BLOB_UNKNOWN', `The repository ${name} has no blob ${digest}.`);
        if (stored !== size) invalid(`says ${size} bytes of ${digest}, which has ${stored}`);
      }
    } else if (indexTypes.includes(mediaType)) {
      const index = imageIndex.safeParse(document).data ?? invalid('is not an index of images');
      for (const { digest } of index.manifests) {
        if (registry.manifest(name, digest)) continue;
        refuse(400, 'MANIFEST_BLOB_UNKNOWN', `The repository ${name} has no image ${digest}.`);
      }
    } else invalid(`has the media type "${mediaType}", which the registry ${REGISTRY_ID} does not take`);
    return mediaType;
  };

  return {
    async one(request: WireRequest, repository: string, reference: string): Promise<WireResponse> {
      if (!DIGEST.test(reference) && !TAG.test(reference)) {
        refuse(400, 'TAG_INVALID', `"${reference}" is neither a tag nor a digest.`);
      }
      if (request.method === 'GET' || request.method === 'HEAD') return read(request, repository, reference);
      if (request.method === 'PUT') return write(request, repository, reference);
      return refuse(405, 'UNSUPPORTED', 'An image is deleted by BatchDeleteImage.');
    },
    tags({ query }: WireRequest, name: string): WireResponse {
      if (!registry.find(name)) refuse(404, 'NAME_UNKNOWN', `There is no repository ${name}.`);
      const last = query.get('last') ?? '';
      const most = Math.min(Number(query.get('n') ?? 1000) || 1000, 1000);
      const after = registry.tags(name).filter((tag) => tag > last);
      const tags = after.slice(0, most);
      const next = `</v2/${name}/tags/list?n=${most}&last=${encodeURIComponent(tags.at(-1) ?? '')}>; rel="next"`;
      return answer(
        200,
        { 'content-type': 'application/json', ...(after.length > most && { link: next }) },
        JSON.stringify({ name, tags }),
      );
    },
  };
}

function json(bytes: Uint8Array): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(bytes).toString('utf8'));
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}
