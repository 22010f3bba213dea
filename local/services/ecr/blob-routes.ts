import { createHash, randomUUID } from 'node:crypto';
import type { WireRequest, WireResponse } from '#local/gateway/wire.ts';
import { DIGEST } from './image-digest.ts';
import { answer, refuse } from './registry-answer.ts';
import type { RegistryParts } from './registry-parts.ts';

const OCTETS = { 'content-type': 'application/octet-stream' };

/** Blobs and their uploads, one repository's at a time. */
export function blobRoutes({ registry, files, settings }: RegistryParts) {
  // An upload belongs to the repository that it was begun in: the name is a part of its id.
  const uploadId = (repository: string, rest: string): string => {
    const id = /^uploads\/([0-9a-f-]{36})$/.exec(rest)?.[1];
    return `${createHash('sha256').update(repository).digest('hex').slice(0, 32)}.${id ?? 'none'}`;
  };
  const location = (repository: string, id: string) => `/v2/${repository}/blobs/uploads/${id.split('.')[1]}`;

  const read = async (request: WireRequest, repository: string, digest: string): Promise<WireResponse> => {
    if (!DIGEST.test(digest)) refuse(400, 'DIGEST_INVALID', `"${digest}" is no digest.`);
    const size = registry.blobSize(repository, digest);
    if (size === undefined) refuse(404, 'BLOB_UNKNOWN', `The repository ${repository} has no blob ${digest}.`);
    const headers = { ...OCTETS, 'docker-content-digest': digest, 'accept-ranges': 'bytes' };
    if (request.method === 'HEAD') return answer(200, { ...headers, 'content-length': String(size) });
    const range = /^bytes=(\d+)-(\d*)$/.exec(request.headers['range'] ?? '');
    if (!range) return answer(200, headers, size === 0 ? '' : await files.readRange(digest, 0, size - 1));
    const start = Number(range[1]);
    const end = Math.min(range[2] ? Number(range[2]) : size - 1, size - 1);
    if (start > end) return answer(416, { 'content-range': `bytes */${size}` });
    const partial = { ...headers, 'content-range': `bytes ${start}-${end}/${size}` };
    return answer(206, partial, await files.readRange(digest, start, end));
  };

  const created = (repository: string, digest: string): WireResponse =>
    answer(201, { location: `/v2/${repository}/blobs/${digest}`, 'docker-content-digest': digest });

  const begin = async (request: WireRequest, repository: string): Promise<WireResponse> => {
    if (!registry.find(repository)) {
      refuse(404, 'NAME_UNKNOWN', `There is no repository ${repository}; create it by CreateRepository.`);
    }
    const mount = request.query.get('mount');
    const from = request.query.get('from');
    const mounted = mount !== null && from !== null && mountable(mount, from);
    if (mounted !== false) {
      registry.addBlob(repository, mount ?? '', mounted);
      return created(repository, mount ?? '');
    }
    const id = uploadId(repository, `uploads/${randomUUID()}`);
    files.beginUpload(id);
    const digest = request.query.get('digest');
    if (digest !== null) return finish(request, repository, id, digest);
    return answer(202, {
      location: location(repository, id),
      range: '0-0',
      'docker-upload-uuid': id.split('.')[1] ?? '',
    });
  };
  const mountable = (digest: string, from: string): number | false => {
    if (!settings.mountsBlobs() || settings.upstreamOf(from) !== undefined) return false;
    return registry.blobSize(from, digest) ?? false;
  };

  const append = (request: WireRequest, repository: string, id: string): WireResponse => {
    const size = files.uploadedBytes(id) ?? unknownUpload();
    const first = /^(?:bytes )?(\d+)-\d+/.exec(request.headers['content-range'] ?? '')?.[1];
    const at = { location: location(repository, id), range: `0-${Math.max(0, size - 1)}` };
    if (first !== undefined && Number(first) !== size) return answer(416, at);
    files.append(id, request.body);
    return answer(202, { ...at, range: `0-${Math.max(0, size + request.body.byteLength - 1)}` });
  };

  const finish = async (
    request: WireRequest,
    repository: string,
    id: string,
    digest: string,
  ): Promise<WireResponse> => {
    if (!DIGEST.test(digest)) refuse(400, 'DIGEST_INVALID', 'The upload needs ?digest=sha256:… of the whole blob.');
    if (files.uploadedBytes(id) === undefined) unknownUpload();
    if (request.body.byteLength > 0) {
      const appended = append(request, repository, id);
      if (appended.status !== 202) return appended;
    }
    const found = await files.digestOfUpload(id);
    const size = files.uploadedBytes(id) ?? 0;
    if (found !== digest) {
      await files.dropUpload(id);
      refuse(400, 'DIGEST_INVALID', `The bytes have the digest ${found}, not ${digest}.`);
    }
    await files.keepUpload(id, digest);
    registry.addBlob(repository, digest, size);
    return created(repository, digest);
  };

  return async (request: WireRequest, repository: string, rest: string): Promise<WireResponse> => {
    if (!rest.startsWith('uploads')) {
      if (request.method === 'GET' || request.method === 'HEAD') return read(request, repository, rest);
      refuse(405, 'UNSUPPORTED', 'Blobs go with their images, by BatchDeleteImage.');
    }
    if (/^uploads\/?$/.test(rest) && request.method === 'POST') return begin(request, repository);
    const id = uploadId(repository, rest);
    switch (request.method) {
      case 'PATCH':
        return append(request, repository, id);
      case 'PUT':
        return finish(request, repository, id, request.query.get('digest') ?? '');
      case 'GET': {
        const size = files.uploadedBytes(id) ?? unknownUpload();
        return answer(204, { location: location(repository, id), range: `0-${Math.max(0, size - 1)}` });
      }
      case 'DELETE':
        if (files.uploadedBytes(id) === undefined) unknownUpload();
        await files.dropUpload(id);
        return answer(204);
      default:
        return refuse(405, 'UNSUPPORTED', `An upload has no ${request.method}.`);
    }
  };
}

function unknownUpload(): never {
  return refuse(404, 'BLOB_UPLOAD_UNKNOWN', 'There is no such upload; it may have ended.');
}
